//! Options about what of this machine organizations may reach.

use app::AllowanceOptions;
use clap::{Args, Subcommand};

/// Folders and credentials of this machine are its operator's: nobody reaches them through the page or the HTTP
/// interface but as these say.
#[derive(Debug, Args)]
#[command(next_help_heading = "What organizations may reach of this machine")]
pub(crate) struct Allow {
    /// Folder below which administrators may connect reports; with ORG= those of one organization; may be repeated
    /// [env: CLOUD_ANALYZER_ALLOW_FOLDER, separated by colons]
    #[arg(long = "allow-folder", value_name = "[ORG=]DIR")]
    folders: Vec<String>,
    /// The same by the environment
    #[arg(skip = std::env::var("CLOUD_ANALYZER_ALLOW_FOLDER").unwrap_or_default())]
    folders_of_environment: String,
    /// Administrators may read buckets with this machine's own AWS credentials; with =ORG those of these organizations
    #[arg(
        long = "allow-own-credentials",
        env = "CLOUD_ANALYZER_ALLOW_OWN_CREDENTIALS",
        value_name = "ORG[,ORG]",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*"
    )]
    own_credentials: Option<String>,
}

impl Allow {
    /// As the application takes it.
    pub(crate) fn options(&self) -> AllowanceOptions {
        let more = self.folders_of_environment.split(':').filter(|folder| !folder.is_empty());
        AllowanceOptions {
            operator: false,
            folders: self.folders.iter().cloned().chain(more.map(ToOwned::to_owned)).collect(),
            own_credentials: self.own_credentials.clone(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a new key and seal every kept secret with it; may be stopped and called again at any moment
    Rotate,
    /// Remove every kept secret, when their key is lost
    Forget {
        /// Yes, every one
        #[arg(long)]
        yes: bool,
    },
}

#[cfg(test)]
mod tests {
    use crate::cli::{Cli, Command};
    use clap::Parser;

    #[test]
    fn what_is_allowed_is_said_by_options() {
        let options = |line: &str| {
            let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
            let Command::Serve(serve) = cli.command else { panic!("not serve") };
            serve.allow.options()
        };
        let all =
            options("cloud-analyzer serve --allow-folder /a --allow-folder acme=/b --allow-own-credentials");
        assert_eq!(all.folders, ["/a", "acme=/b"]);
        assert_eq!(all.own_credentials.as_deref(), Some("*"));
        let one = options("cloud-analyzer serve --allow-own-credentials=acme,other --demo");
        assert_eq!(one.own_credentials.as_deref(), Some("acme,other"));
        let none = options("cloud-analyzer serve");
        assert!(none.folders.is_empty() && none.own_credentials.is_none() && !none.operator);
    }
}
