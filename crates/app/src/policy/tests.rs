use super::*;
use model::{Email, OrganizationId, ROLES, UserId};

fn organization() -> Organization {
    Organization { id: OrganizationId::try_new("acme").unwrap(), name: "Acme".into(), demo: false }
}

fn session() -> Via {
    let user = User {
        id: UserId::try_new("u1").unwrap(),
        email: Email::try_new("ada@example.com").unwrap(),
        name: "Ada".into(),
    };
    Via::Session { user, token_hash: [7; 32] }
}

fn token() -> Via {
    Via::Token { id: TokenId::try_new("t1").unwrap(), name: "nightly".into() }
}

fn caller(via: Via, role: Option<Role>) -> Caller {
    Caller { organization: role.map(|_| organization()), role, subsets: vec![], via, address: None }
}

#[test]
fn every_action_is_listed_once() {
    for (at, action) in ACTIONS.iter().enumerate() {
        assert!(!ACTIONS[..at].contains(action), "{action:?}");
    }
    // A new action that is not listed here does not compile.
    let known = |action: Action| match action {
        Action::ReadSession
        | Action::SignIn
        | Action::SetUp
        | Action::AcceptInvitation
        | Action::ChangeOwnSession
        | Action::ReadCosts
        | Action::ReadAllocation
        | Action::SaveReports
        | Action::DefineAllocation
        | Action::ReadOrganization
        | Action::ChangeOrganization
        | Action::CreateOrganization
        | Action::Invite
        | Action::ManageTokens
        | Action::ReadAudit
        | Action::ReadConnections
        | Action::ManageConnections
        | Action::ProcessConnection
        | Action::ManageChannels
        | Action::AnswerTrends
        | Action::DefineTrends => 21,
    };
    assert_eq!(ACTIONS.len(), known(Action::SignIn));
}

#[test]
fn nobody_may_only_come_in() {
    let open: Vec<Action> =
        ACTIONS.into_iter().filter(|action| allow(&Caller::nobody(), *action).is_ok()).collect();
    assert_eq!(open, [Action::ReadSession, Action::SignIn, Action::SetUp, Action::AcceptInvitation]);
    for action in ACTIONS.into_iter().filter(|action| !open.contains(action)) {
        assert_eq!(allow(&Caller::nobody(), action).unwrap_err().kind, ErrorKind::SignIn, "{action:?}");
    }
}

/// For every action and way in: a higher role may whatever a lower one may, and a refusal names a role that
/// would be enough.
#[test]
fn roles_only_add() {
    for action in ACTIONS {
        for via in [session(), token(), Via::Demo, Via::CommandLine] {
            let may = |role| allow(&caller(via.clone(), Some(role)), action);
            for pair in ROLES.windows(2) {
                assert!(may(pair[0]).is_err() || may(pair[1]).is_ok(), "{action:?} {pair:?}");
            }
            for role in ROLES {
                let Err(error) = may(role) else { continue };
                assert_eq!(error.kind, ErrorKind::Denied);
                assert!(error.advice.is_some());
                let Some(needed) = error.needs else { continue };
                assert!(needed > role);
                assert!(error.message.contains(needed.name()) && error.message.contains("Acme"), "{error}");
                assert!(
                    may(needed).is_ok() || action.need() == Need::PersonAs(needed),
                    "{action:?}: {needed} is not enough"
                );
            }
        }
    }
}

#[test]
fn without_an_organization_there_is_nothing_to_see() {
    for action in ACTIONS {
        let stranger = caller(session(), None);
        let allowed = allow(&stranger, action).is_ok();
        assert_eq!(allowed, matches!(action.need(), Need::Nothing | Need::Person), "{action:?}");
    }
    assert_eq!(caller(session(), None).organization().unwrap_err().kind, ErrorKind::Denied);
    assert_eq!(Caller::nobody().organization().unwrap_err().kind, ErrorKind::SignIn);
}

#[test]
fn tokens_and_the_demo_are_no_persons() {
    for via in [token(), Via::Demo] {
        for action in [Action::ChangeOwnSession, Action::CreateOrganization] {
            let error = allow(&caller(via.clone(), Some(Role::Administrator)), action).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Denied);
        }
    }
}

/// Whoever may see chosen subsets alone may do what is written here, and nothing that a new action brings.
#[test]
fn a_subset_viewer_sees_costs_and_nothing_of_the_organization() {
    let viewer = caller(session(), Some(Role::SubsetViewer));
    let may: Vec<Action> = ACTIONS
        .into_iter()
        .filter(|action| matches!(action.need(), Need::Role(_) | Need::PersonAs(_)))
        .filter(|action| allow(&viewer, *action).is_ok())
        .collect();
    // What is theirs of irregular spend they may answer, as they are told of it.
    assert_eq!(may, [Action::ReadCosts, Action::SaveReports, Action::AnswerTrends]);
}

#[test]
fn only_subset_viewers_see_subsets_alone() {
    for role in ROLES {
        let caller = Caller { subsets: vec!["s1".into()], ..caller(token(), Some(role)) };
        let whole = caller.sees() == Sees::Everything;
        assert_eq!(whole, role != Role::SubsetViewer, "{role}");
    }
    assert_eq!(Caller::nobody().sees(), Sees::Subsets(vec![]));
    let of = |ids: &[&str]| Sees::Subsets(ids.iter().map(|id| (*id).to_owned()).collect());
    assert_eq!(of(&["a", "b"]).and(&of(&["b", "c"])), of(&["b"]));
    assert_eq!(Sees::Everything.and(&of(&["b"])), of(&["b"]));
    assert_eq!(of(&["b"]).and(&Sees::Everything), of(&["b"]));
}
