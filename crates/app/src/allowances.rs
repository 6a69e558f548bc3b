//! What the operator lets organizations reach of the machine itself: folders, and the credentials that the machine
//! runs with.
//!
//! The operator is whoever starts the server and holds the data folder. An organization's administrator is not: one
//! server may hold several organizations, and none of them may read another's reports, or the server's own files, by
//! naming their folder. So nothing of the machine is reachable through the HTTP interface unless the server was started
//! with it. What the operator connected at the command line is theirs, and goes on without being allowed again.

use crate::{AppError, ErrorKind, Result};
use connect::Beneath;
use meta::{ConnectionKind, ConnectionRecord, Organization};
use model::OrganizationId;
use std::path::{Component, Path, PathBuf};

/// Everybody, where organizations are named.
const EVERYBODY: [&str; 4] = ["*", "1", "true", "yes"];
const NOBODY: [&str; 4] = ["", "0", "false", "no"];

/// What was said at the start; organizations by name or id.
#[derive(Clone, Debug, Default)]
pub struct AllowanceOptions {
    /// Whether whoever calls holds the data folder: everything is theirs.
    pub operator: bool,
    /// `DIR` or `ORGANIZATION=DIR`.
    pub folders: Vec<String>,
    /// Who may use the machine's own credentials: organizations, separated by commas, or `*`.
    pub own_credentials: Option<String>,
}

/// A folder below which reports may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AllowedFolder {
    /// For whom; `None`: for everybody.
    organization: Option<OrganizationId>,
    /// As it was given, in full.
    given: PathBuf,
    /// Its real path.
    root: PathBuf,
}

/// What is allowed.
#[derive(Clone, Debug)]
pub(crate) struct Allowances {
    operator: bool,
    folders: Vec<AllowedFolder>,
    /// `None`: everybody.
    own_credentials: Option<Vec<OrganizationId>>,
    /// Never read for anybody.
    data_dir: PathBuf,
}

/// What an organization may connect to, of what is the operator's to allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The folders below which it may.
    pub folders: Vec<String>,
    /// Whether the machine's own credentials may be used.
    pub own_credentials: bool,
}

/// A folder, and whose it is to read; `None`: everybody's.
pub(crate) type ForWhom = (String, Option<OrganizationId>);

impl Allowances {
    /// Understands what was said, once the organizations are known.
    ///
    /// # Errors
    /// `Invalid`: a folder that is not there or the server's own, an organization that does not exist.
    pub(crate) fn resolve(
        options: &AllowanceOptions,
        organizations: &[Organization],
        data_dir: &Path,
    ) -> Result<Self> {
        let data_dir = data_dir.canonicalize().map_err(|error| {
            AppError::new(ErrorKind::Unavailable, format!("the data folder cannot be used: {error}"))
        })?;
        let folders = options.folders.iter().map(|text| allowed_folder(text, organizations, &data_dir));
        let own = options.own_credentials.as_deref().unwrap_or_default().trim();
        let own_credentials = if EVERYBODY.contains(&own) {
            None
        } else {
            let names = own.split(',').map(str::trim).filter(|name| !NOBODY.contains(name));
            Some(names.map(|name| named(name, organizations)).collect::<Result<_>>()?)
        };
        Ok(Self {
            operator: options.operator,
            folders: folders.collect::<Result<_>>()?,
            own_credentials,
            data_dir,
        })
    }

    /// Whether whoever calls holds the data folder.
    pub(crate) fn by_operator(&self) -> bool {
        self.operator
    }

    /// What an organization may connect to.
    pub(crate) fn of(&self, organization: &OrganizationId) -> Allowed {
        Allowed {
            folders: self.folders_of(organization).map(|folder| folder.given.display().to_string()).collect(),
            own_credentials: self.own_for(organization),
        }
    }

    /// Everything, in words: what, and for whom (`None`: every organization).
    pub(crate) fn all(&self) -> (Vec<ForWhom>, Option<Vec<OrganizationId>>) {
        let folders = self.folders.iter();
        let folders = folders.map(|one| (one.root.display().to_string(), one.organization.clone()));
        (folders.collect(), self.own_credentials.clone())
    }

    /// Whether an organization may make connections of that kind.
    ///
    /// # Errors
    /// `Denied`, and who can allow it.
    pub(crate) fn kind(&self, organization: &OrganizationId, kind: ConnectionKind) -> Result<()> {
        if self.operator {
            return Ok(());
        }
        match kind {
            ConnectionKind::Local if self.folders_of(organization).next().is_none() => {
                Err(AppError::new(ErrorKind::Denied, "folders of the server are the operator's to allow")
                    .advise("Whoever runs the server allows one with 'serve --allow-folder DIR', or connects it: 'cloud-analyzer connect NAME --kind local --folder DIR'."))
            }
            ConnectionKind::AwsOwn if !self.own_for(organization) => {
                Err(AppError::new(ErrorKind::Denied, "the server's own AWS credentials are the operator's to allow")
                    .advise("Whoever runs the server allows them with 'serve --allow-own-credentials', or connects the bucket: 'cloud-analyzer connect NAME --kind aws-own --bucket BUCKET'."))
            }
            _ => Ok(()),
        }
    }

    /// Whether an organization may connect that folder. Looks at the words alone, and so tells nothing of what is there.
    ///
    /// # Errors
    /// `Denied`, and what is allowed.
    pub(crate) fn folder(&self, organization: &OrganizationId, location: &str) -> Result<()> {
        self.kind(organization, ConnectionKind::Local)?;
        if self.operator {
            return Ok(());
        }
        self.within(organization, location).map(drop)
    }

    /// How far the reading of a connection may go, asked at every reading: what was allowed once may not be any more.
    /// `None`: wherever it leads.
    ///
    /// # Errors
    /// `Denied`, and who can allow it.
    pub(crate) fn reach(&self, record: &ConnectionRecord, location: Option<&str>) -> Result<Option<Beneath>> {
        let organization = &record.connection.organization_id;
        if record.by_operator {
            return Ok(None);
        }
        self.kind(organization, record.connection.kind)?;
        match location.filter(|_| record.connection.kind == ConnectionKind::Local) {
            None => Ok(None),
            Some(location) if self.operator => Ok(Some(self.alone(location))),
            Some(location) => self.within(organization, location).map(Some),
        }
    }

    /// The folder itself: whoever named it may not lead the operator, who reads it, elsewhere.
    fn alone(&self, location: &str) -> Beneath {
        let full = Path::new(location).canonicalize().unwrap_or_else(|_| location.into());
        let file = full.parent().zip(full.file_name()).filter(|_| full.is_file());
        let (root, below) = file.map_or_else(
            || (full.clone(), PathBuf::new()),
            |(folder, name)| (folder.to_owned(), PathBuf::from(name)),
        );
        Beneath { root, below, never: self.data_dir.clone() }
    }

    fn within(&self, organization: &OrganizationId, location: &str) -> Result<Beneath> {
        let path = Path::new(location);
        let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
        let folders = self.folders_of(organization).filter(|_| plain);
        let below = |folder: &AllowedFolder| {
            let bases = [&folder.given, &folder.root];
            let found = bases.iter().find_map(|base| path.strip_prefix(base).ok())?;
            Some((folder.root.clone(), found.to_owned()))
        };
        // The innermost: the fewest links that could lead about.
        let found = folders.filter_map(below).min_by_key(|(_, below)| below.components().count());
        let (root, below) = found.ok_or_else(|| {
            let allowed = self.of(organization).folders.join(", ");
            AppError::new(
                ErrorKind::Denied,
                format!("location: '{location}' is not below a folder that the operator allowed"),
            )
            .advise(format!(
                "Allowed: {allowed}. Whoever runs the server allows others with --allow-folder DIR."
            ))
        })?;
        let full = root.join(&below);
        if full.starts_with(&self.data_dir) || self.data_dir.starts_with(&full) {
            return Err(AppError::new(
                ErrorKind::Denied,
                format!("location: the server's own data lie in '{location}'"),
            )
            .advise("Put the reports into a folder of their own, outside the data folder."));
        }
        Ok(Beneath { root, below, never: self.data_dir.clone() })
    }

    fn folders_of(&self, organization: &OrganizationId) -> impl Iterator<Item = &AllowedFolder> {
        self.folders
            .iter()
            .filter(move |folder| folder.organization.as_ref().is_none_or(|allowed| allowed == organization))
    }

    fn own_for(&self, organization: &OrganizationId) -> bool {
        self.operator || self.own_credentials.as_ref().is_none_or(|allowed| allowed.contains(organization))
    }
}

fn allowed_folder(text: &str, organizations: &[Organization], data_dir: &Path) -> Result<AllowedFolder> {
    // A path may hold a '='; a name before it holds no path.
    let path_alone = ["/", "./", "../"].iter().any(|start| text.starts_with(start));
    let (name, folder) = match text.split_once('=') {
        Some((name, folder)) if !path_alone => (Some(name), folder),
        _ => (None, text),
    };
    let bad = |why: &str| AppError::invalid(format!("--allow-folder {text}: {why}"));
    let given = std::path::absolute(folder).map_err(|error| bad(&error.to_string()))?;
    let root = given.canonicalize().map_err(|error| {
        bad(&error.to_string()).advise("Make the folder, or correct its path, and start again.")
    })?;
    if !root.is_dir() {
        return Err(bad("it is no folder").advise("Name the folder that holds the reports."));
    }
    if root.starts_with(data_dir) {
        return Err(bad("the server's own data lie there")
            .advise("Put the reports into a folder of their own, outside the data folder."));
    }
    let system = ["/proc", "/sys", "/dev"].iter().any(|system| root.starts_with(system));
    if system || root.parent().is_none() {
        return Err(bad("that is the whole machine").advise("Name the folder that holds the reports."));
    }
    let organization = name.map(|name| named(name, organizations)).transpose()?;
    Ok(AllowedFolder { organization, given, root })
}

/// Ids are kept, not names: its administrator can give an organization any name.
fn named(name: &str, organizations: &[Organization]) -> Result<OrganizationId> {
    let by_id = organizations.iter().find(|found| found.id.as_str() == name);
    let mut by_name = organizations.iter().filter(|found| found.name == name);
    let found = match (by_name.next(), by_id, by_name.next()) {
        (Some(_), _, Some(_)) => None,
        (Some(one), Some(other), _) if one.id != other.id => None,
        (one, other, _) => one.or(other),
    };
    found.map(|found| found.id.clone()).ok_or_else(|| {
        let known: Vec<String> =
            organizations.iter().map(|found| format!("{} ({})", found.name, found.id)).collect();
        AppError::invalid(format!("what is allowed to '{name}': there is not exactly one such organization"))
            .advise(format!("Make it first; or give its id. Known here: {}.", known.join(", ")))
    })
}

#[cfg(test)]
mod tests;
