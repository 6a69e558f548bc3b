//! Options about who may come in.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use model::Role;

/// A second way to sign in, besides passwords.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sign-in by OpenID Connect")]
pub(crate) struct OpenId {
    /// Address of an OpenID Connect provider, to sign in with
    #[arg(
        long = "oidc-issuer",
        env = "CLOUD_ANALYZER_OIDC_ISSUER",
        value_name = "URL",
        requires = "client_id"
    )]
    pub(crate) issuer: Option<String>,
    /// Name of this server at the provider
    #[arg(long = "oidc-client-id", env = "CLOUD_ANALYZER_OIDC_CLIENT_ID", value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Password of this server at the provider; by the environment, where no list of processes shows it
    #[arg(skip = std::env::var("CLOUD_ANALYZER_OIDC_CLIENT_SECRET").ok())]
    pub(crate) client_secret: Option<String>,
    /// Name of the provider on the sign-in page
    #[arg(
        long = "oidc-name",
        env = "CLOUD_ANALYZER_OIDC_NAME",
        value_name = "NAME",
        default_value = "OpenID Connect"
    )]
    pub(crate) name: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make a person a member of the organization, with a new account or the one they have
    Add(NewUser),
    /// Show every account and its organizations
    List,
    /// Set a new password and end all the person's sessions
    ResetPassword {
        /// E-mail address of the account
        email: String,
        /// Read the password from standard input [default: make one and print it]
        #[arg(long)]
        password_stdin: bool,
    },
    /// Forget which identity at the OpenID Connect provider a person is, and end all their sessions: the next one with
    /// their address is
    ForgetIdentity {
        /// E-mail address of the account
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sessions {
    /// End everybody's sessions; with --organization, those of that one
    EndAll,
}

#[derive(Debug, Args)]
pub(crate) struct NewUser {
    /// E-mail address
    pub(crate) email: String,
    /// Name on screen [default: the address]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// subset-viewer, viewer, editor or administrator
    #[arg(long, default_value = "viewer")]
    pub(crate) role: Role,
    /// A subset that a subset viewer may see, by name or id; several times for several
    #[arg(long = "subset", value_name = "SUBSET")]
    pub(crate) subsets: Vec<String>,
    /// Read the password from standard input [default: make one and print it]
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token and print its secret, once
    Create(CreateToken),
    /// Show the organization's tokens
    List,
    /// Revoke a token
    Revoke {
        /// As `token list` shows it
        id: String,
    },
    /// Revoke every token of every organization; with --organization, those of that one
    RevokeAll,
}

#[derive(Debug, Args)]
pub(crate) struct CreateToken {
    /// What it is for
    #[arg(long)]
    pub(crate) name: String,
    /// subset-viewer, viewer, editor or administrator
    #[arg(long, default_value = "viewer")]
    pub(crate) role: Role,
    /// A subset that a subset viewer may see, by name or id; several times for several
    #[arg(long = "subset", value_name = "SUBSET")]
    pub(crate) subsets: Vec<String>,
    /// Time from which it no longer works, such as 2027-01-01 [default: never]
    #[arg(long, value_name = "TIME", value_parser = super::parse_end)]
    pub(crate) expires: Option<DateTime<Utc>>,
}

/// Scheme and host, perhaps a port, and nothing else: the web app lives at the root.
pub(super) fn parse_public_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url.to_owned()),
        _ => Err("write it as https://costs.example.com, without a path".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_have_no_path() {
        assert_eq!(parse_public_url("https://a.example/"), Ok("https://a.example".to_owned()));
        assert_eq!(parse_public_url("http://10.0.0.1:81"), Ok("http://10.0.0.1:81".to_owned()));
        for text in
            ["a.example", "https://", "https://a.example/x", "ftp://a.example", "https://me@a.example"]
        {
            assert!(parse_public_url(text).is_err(), "{text}");
        }
    }
}
