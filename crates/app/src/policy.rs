//! Who may do what: the one place. Whoever asks is a [`Caller`]; whatever is asked for is an [`Action`]; each action
//! states its need here and nowhere else. The HTTP interface looks every route's action up before its handler
//! runs, so that a handler holds no rule of its own.
//!
//! Everything is about the caller's own organization: an action never names another one, and what belongs to
//! another one is not found.

use crate::{AppError, ErrorKind, Result};
use meta::{Organization, SecretHash, User};
use model::{Role, TokenId};

/// How a caller showed who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// Not at all.
    Nobody,
    /// At the open demo, on its own machine.
    Demo,
    /// A person in a session.
    Session {
        /// The person.
        user: User,
        /// Names the session.
        token_hash: SecretHash,
    },
    /// A script with a token.
    Token {
        /// The token.
        id: TokenId,
        /// What it is for.
        name: String,
    },
    /// Somebody at the command line, who holds the data folder.
    CommandLine,
}

/// Who asks, for which organization, in which role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whose data.
    pub organization: Option<Organization>,
    /// What they may do there.
    pub role: Option<Role>,
    /// Ids of the subsets that they may see, as a subset viewer; see [`Caller::sees`].
    pub subsets: Vec<String>,
    /// How they showed who they are.
    pub via: Via,
    /// Network address they came from.
    pub address: Option<String>,
}

/// What of an organization's bills somebody may see.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sees {
    /// All of them.
    Everything,
    /// The accounts of subsets with these ids, as they are when it is asked. One that is not there shows nothing.
    Subsets(Vec<String>),
}

impl Sees {
    /// What a role sees, with the subsets that were chosen for it.
    pub fn of(role: Role, subsets: &[String]) -> Self {
        if role == Role::SubsetViewer { Self::Subsets(subsets.to_vec()) } else { Self::Everything }
    }

    /// What both of two people see. An account belongs to one subset at most: the subsets of both hold the accounts of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everything, sees) | (sees, Self::Everything) => sees.clone(),
            (Self::Subsets(these), Self::Subsets(those)) => {
                Self::Subsets(these.iter().filter(|id| those.contains(id)).cloned().collect())
            }
        }
    }
}

/// Something to be allowed. Reading and changing are separate where their needs may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Who am I, and how can I sign in?
    ReadSession,
    /// Sign in, by any way there is.
    SignIn,
    /// Make the first administrator.
    SetUp,
    /// See what an invitation offers, or accept it.
    AcceptInvitation,
    /// End one's own session, change one's own password, go to another organization of one's own, answer one's own
    /// invitations.
    ChangeOwnSession,
    /// See costs, months, explanations: of what one may see ([`Caller::sees`]).
    ReadCosts,
    /// See rules that look at all of the bills: virtual tags, spellings of tags, shared costs.
    ReadAllocation,
    /// See, save, change and send one's own reports, and see shared ones. What is shared is for editors: see
    /// [`crate::reports`].
    SaveReports,
    /// Change subsets, virtual tags, shared costs and budgets; say which waste is none, and what is not to run on spot.
    DefineAllocation,
    /// See the organization and its members.
    ReadOrganization,
    /// Change the organization's name, its members and their roles, and whom its reports may go to; end its sessions.
    ChangeOrganization,
    /// Make another organization.
    CreateOrganization,
    /// See, make and withdraw invitations.
    Invite,
    /// See, make and revoke API tokens.
    ManageTokens,
    /// See the audit log.
    ReadAudit,
    /// See connections, their health, ingests and bill changes.
    ReadConnections,
    /// Make, change, verify and remove connections; see what they need to be set up.
    ManageConnections,
    /// Start reading what a connection has.
    ProcessConnection,
    /// See, make, change and try channels of notifications, and say who gets what.
    ManageChannels,
    /// Judge and put off events of irregular spend that one may see, say who looks after them, comment on them.
    AnswerTrends,
    /// Change what is looked for, try it on the past, archive events and say which are expected.
    DefineTrends,
}

/// Every action.
pub const ACTIONS: [Action; 21] = [
    Action::ReadSession,
    Action::SignIn,
    Action::SetUp,
    Action::AcceptInvitation,
    Action::ChangeOwnSession,
    Action::ReadCosts,
    Action::ReadAllocation,
    Action::SaveReports,
    Action::DefineAllocation,
    Action::ReadOrganization,
    Action::ChangeOrganization,
    Action::CreateOrganization,
    Action::Invite,
    Action::ManageTokens,
    Action::ReadAudit,
    Action::ReadConnections,
    Action::ManageConnections,
    Action::ProcessConnection,
    Action::ManageChannels,
    Action::AnswerTrends,
    Action::DefineTrends,
];

/// What an action asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A person in a session, whatever their role.
    Person,
    /// This role or a higher one.
    Role(Role),
    /// A person in a session with this role or a higher one.
    PersonAs(Role),
}

impl Action {
    /// What the action asks of its caller.
    pub const fn need(self) -> Need {
        match self {
            Self::ReadSession | Self::SignIn | Self::SetUp | Self::AcceptInvitation => Need::Nothing,
            Self::ChangeOwnSession => Need::Person,
            Self::ReadCosts | Self::SaveReports | Self::AnswerTrends => Need::Role(Role::SubsetViewer),
            // Of the whole organization: who may see chosen subsets alone learns nothing of it.
            Self::ReadAllocation | Self::ReadOrganization | Self::ReadConnections => Need::Role(Role::Viewer),
            Self::ProcessConnection | Self::DefineAllocation | Self::DefineTrends => Need::Role(Role::Editor),
            Self::ChangeOrganization
            | Self::Invite
            | Self::ManageTokens
            | Self::ReadAudit
            | Self::ManageConnections
            | Self::ManageChannels => Need::Role(Role::Administrator),
            Self::CreateOrganization => Need::PersonAs(Role::Administrator),
        }
    }
}

impl Caller {
    /// Somebody of whom nothing is known.
    pub fn nobody() -> Self {
        Self { organization: None, role: None, subsets: vec![], via: Via::Nobody, address: None }
    }

    /// Somebody at the command line.
    pub fn command_line(organization: Organization) -> Self {
        Self {
            organization: Some(organization),
            role: Some(Role::Administrator),
            subsets: vec![],
            via: Via::CommandLine,
            address: None,
        }
    }

    /// The organization that every answer is about.
    pub fn organization(&self) -> Result<&Organization> {
        self.organization.as_ref().ok_or_else(|| refusal(self, Role::Viewer))
    }

    /// What of the organization's bills they may see.
    pub fn sees(&self) -> Sees {
        match self.role {
            Some(role) => Sees::of(role, &self.subsets),
            None => Sees::Subsets(vec![]),
        }
    }

    /// The person, if it is one in a session.
    pub fn user(&self) -> Option<&User> {
        match &self.via {
            Via::Session { user, .. } => Some(user),
            _ => None,
        }
    }

    /// What the audit log and lists call them.
    pub fn name(&self) -> &str {
        match &self.via {
            Via::Nobody => "somebody",
            Via::Demo => "the open demo",
            Via::Session { user, .. } => &user.name,
            Via::Token { name, .. } => name,
            Via::CommandLine => "the command line",
        }
    }
}

/// Lets the action pass, or says what is needed.
pub fn allow(caller: &Caller, action: Action) -> Result<()> {
    match action.need() {
        Need::Nothing => Ok(()),
        Need::Person => person(caller),
        Need::Role(role) => at_least(caller, role),
        Need::PersonAs(role) => at_least(caller, role).and_then(|()| person(caller)),
    }
}

fn at_least(caller: &Caller, needed: Role) -> Result<()> {
    match (caller.role, &caller.organization) {
        (Some(role), Some(_)) if role >= needed => Ok(()),
        _ => Err(refusal(caller, needed)),
    }
}

fn person(caller: &Caller) -> Result<()> {
    match caller.via {
        Via::Session { .. } => Ok(()),
        Via::Nobody => Err(sign_in_first()),
        Via::Demo | Via::Token { .. } | Via::CommandLine => {
            Err(AppError::new(ErrorKind::Denied, "this is for a person who is signed in")
                .advise("Sign in with your own account and try again."))
        }
    }
}

fn refusal(caller: &Caller, needed: Role) -> AppError {
    let (role, organization) = match (&caller.via, caller.role, &caller.organization) {
        (Via::Nobody, ..) => return sign_in_first(),
        (_, Some(role), Some(organization)) => (role, organization),
        _ => {
            let mut error = AppError::new(ErrorKind::Denied, "you do not belong to any organization here")
                .advise("Ask an administrator of the organization for an invitation.");
            error.needs = Some(needed);
            return error;
        }
    };
    let message = format!("this needs the role '{needed}' in {}; yours there is '{role}'", organization.name);
    let mut error = AppError::new(ErrorKind::Denied, message)
        .advise("Ask an administrator of the organization to do it, or to give you that role.");
    error.needs = Some(needed);
    error
}

fn sign_in_first() -> AppError {
    AppError::new(ErrorKind::SignIn, "nobody is signed in")
        .advise("Sign in, or send an API token as 'Authorization: Bearer TOKEN'.")
}

#[cfg(test)]
mod tests;
