//! The command line. Values are parsed here once; what is wrong is said before anything is opened.

mod allow;
mod buy;
mod identity;
mod keeping;
mod lake;
mod notifications;
mod operation;
mod optimize;
mod prices;
mod question;
mod reading;
mod trends;

pub(crate) use allow::{Allow, Keys};
pub(crate) use buy::Buy;
pub(crate) use identity::{NewUser, OpenId, Sessions, Token, User};
pub(crate) use keeping::{Keeping, Vacuum};
pub(crate) use lake::Lake;
pub(crate) use notifications::{Notify, NotifyTest};
pub(crate) use operation::{Backup, Doctor, LogFormat, MetricsOptions, Restore};
pub(crate) use optimize::{OfMonth, Optimize, Owned};
pub(crate) use prices::{PriceFiles, Prices};
pub(crate) use question::{Query, Question};
pub(crate) use reading::ReadingOptions;
pub(crate) use trends::{Backtest, Events, Method, Standing, Way};

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use model::{AsOf, BillingPeriod, Decimal};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Exact cloud costs out of cost and usage reports.
#[derive(Debug, Parser)]
#[command(name = "cloud-analyzer", version, about, propagate_version = true)]
pub(crate) struct Cli {
    /// Data folder [default: ./data, or $XDG_DATA_HOME/cloud-analyzer]
    #[arg(long, global = true, env = "CLOUD_ANALYZER_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Organization, by name or id; needed when there are several
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) organization: Option<String>,
    /// Private addresses that S3-compatible endpoints may have, such as 10.1.0.0/16; may be repeated, or separated by
    /// commas. Metadata services are never connected to
    #[arg(
        long,
        global = true,
        env = "CLOUD_ANALYZER_ALLOW_PRIVATE_RANGE",
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = parse_range
    )]
    pub(crate) allow_private_range: Vec<IpNet>,
    /// How the log on standard error is written
    #[arg(long, global = true, env = "CLOUD_ANALYZER_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    #[command(flatten)]
    pub(crate) lake: Lake,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A range of addresses, or one address.
fn parse_range(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
        format!("'{text}' is no range of addresses; write it as 10.1.0.0/16, fd12::/16 or one address")
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read report files: folders, files or s3:// addresses
    Ingest(Ingest),
    /// Set a connection up: make it, save its steps, write its template
    Connect(Box<Connect>),
    /// Try a connection step by step, and say how to mend what fails
    Verify(Verify),
    /// Show how connections are: how old their data is, whether deliveries come, and what fails
    Status(Status),
    /// Choose which of two bills counts, where one bill is there twice, or show where it is
    Choose(Choose),
    /// Split a connection's bill among customers, or show how it is split
    Customers(Customers),
    /// Name accounts, or show what they are called
    Accounts(Accounts),
    /// Ask for costs
    Query(Query),
    /// Show how budgets stand: a line each, what is not known is empty
    Budgets(Budgets),
    /// What commitments do, and what could be saved
    #[command(subcommand)]
    Optimize(Optimize),
    /// The price book: price files of AWS that were imported
    #[command(subcommand)]
    Prices(Prices),
    /// Show irregular spend that was found, with its causes
    Events(Events),
    /// Try on the last twelve months what a definition of irregular spend would find
    Backtest(Backtest),
    /// Show how stored totals compare with the reports, per period and file
    Reconcile(Reconcile),
    /// Show the line items behind a figure, with file and row
    Explain(Explain),
    /// The demo company
    #[command(subcommand)]
    Demo(Demo),
    /// Serve the web app and the HTTP interface
    Serve(Box<Serve>),
    /// Look for what is wrong with this installation, and list what it may read and reach; takes the options of serve
    Doctor(Box<Doctor>),
    /// Copy the data folder as it is at one moment, beside a running server; into a folder of its own, which grows by what is new
    Backup(Backup),
    /// Make a data folder from a backup
    Restore(Restore),
    /// The key of kept secrets
    #[command(subcommand)]
    Keys(Keys),
    /// People with an account
    #[command(subcommand)]
    User(User),
    /// Channels by which notifications leave
    #[command(subcommand)]
    Notify(Notify),
    /// Tokens with which scripts ask the HTTP interface
    #[command(subcommand)]
    Token(Token),
    /// Sessions of people who are signed in
    #[command(subcommand)]
    Sessions(Sessions),
    /// Print the OpenAPI description of the HTTP interface
    Openapi,
    /// Remove files that nothing needs any more: what killed processes left, and former versions that are kept no longer
    Vacuum(Vacuum),
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// Folder, file, s3://bucket/prefix, or the name of a connection that was verified
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// Print a summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Read again what is published already
    #[arg(long)]
    pub(crate) force: bool,
    /// Name of the connection [default: made from the source]
    #[arg(long, value_name = "NAME")]
    pub(crate) connection: Option<String>,
}

/// Kind of source of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A bucket, read through a role of its account
    AwsRole,
    /// A bucket, read with this machine's own credentials
    AwsOwn,
    /// A bucket of an S3-compatible endpoint, read with keys
    S3Compatible,
    /// A folder of this machine
    Local,
}

#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// Name of the connection; made when there is none of that name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Kind of source, for a new connection
    #[arg(long, value_enum, default_value_t = Kind::AwsRole)]
    pub(crate) kind: Kind,
    /// aws, aws-cn, aws-us-gov or aws-eusc
    #[arg(long)]
    pub(crate) partition: Option<String>,
    /// Bucket that holds the reports
    #[arg(long)]
    pub(crate) bucket: Option<String>,
    /// Folder of the reports in the bucket
    #[arg(long)]
    pub(crate) prefix: Option<String>,
    /// Region of the bucket
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// The role, from the stack's outputs
    #[arg(long, value_name = "ARN")]
    pub(crate) role_arn: Option<String>,
    /// Folder of this machine
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<String>,
    /// Address of the S3-compatible endpoint
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Access key at that endpoint
    #[arg(long, value_name = "KEY")]
    pub(crate) access_key_id: Option<String>,
    /// Its secret; taken from the environment, so that no list of processes shows it
    #[arg(skip)]
    pub(crate) secret_access_key: Option<String>,
    /// Minutes between looks for new deliveries
    #[arg(long, value_name = "N")]
    pub(crate) poll_minutes: Option<u32>,
    /// Who gets a mail when a bill that was settled changes; may be repeated, or separated by commas; 'nobody' ends it
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    pub(crate) bill_diff_mail: Vec<String>,
    /// The least change that such a mail tells, in the bill's currency; 0: any
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) bill_diff_minimum: Option<Decimal>,
    /// Write the template: cloudformation, terraform, cli, trust or policy
    #[arg(long, value_name = "FORM")]
    pub(crate) template: Option<String>,
    /// Report that the template creates: none, legacy, cur2 or focus
    #[arg(long, default_value = "none", value_name = "REPORT", requires = "template")]
    pub(crate) report: String,
    /// KMS key that the role may decrypt with
    #[arg(long, value_name = "ARN", requires = "template")]
    pub(crate) kms_key_arn: Option<String>,
    /// File for the template [default: standard output]
    #[arg(long, value_name = "FILE", requires = "template")]
    pub(crate) out: Option<PathBuf>,
    /// Print the connection as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Name or identifier of the connection
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Print the steps as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Choose {
    /// Name or identifier of a connection that holds one of the two
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The one that counts: a connection, a report or a file, as it is listed, or 1 or 2; without, they are listed
    #[arg(long, value_name = "CANDIDATE")]
    pub(crate) count: Option<String>,
    /// Month that is asked about [default: the newest one that nobody chose for]
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) month: Option<BillingPeriod>,
    /// First month for which it counts [default: every month]
    #[arg(long, value_name = "YYYY-MM", requires = "count")]
    pub(crate) from: Option<BillingPeriod>,
    /// Print the questions as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Customers {
    /// Name or identifier of the connection that holds the whole bill
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Account list that replaces the one before: a line for each account, 'account, organization'
    #[arg(long, value_name = "FILE")]
    pub(crate) accounts: Option<PathBuf>,
    /// Print the customers as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Accounts {
    /// ACCOUNT=NAME gives a name, ACCOUNT= takes it away; may be repeated
    #[arg(long, value_name = "ACCOUNT=NAME", value_parser = parse_account_name)]
    pub(crate) name: Vec<(String, String)>,
    /// List of names: a line for each account, 'account, name'
    #[arg(long, value_name = "FILE")]
    pub(crate) names: Option<PathBuf>,
    /// Print the accounts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn parse_account_name(text: &str) -> Result<(String, String), String> {
    let found = text.split_once('=').map(|(id, name)| (id.trim().to_owned(), name.trim().to_owned()));
    found.filter(|(id, _)| !id.is_empty()).ok_or_else(|| format!("'{text}' is not ACCOUNT=NAME"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    Table,
    /// Comma-separated, with a header: values exactly as they are, for scripts (a spreadsheet may run those that
    /// begin with =, +, - or @; the files of the web app are made harmless)
    Csv,
    /// Everything that is known of the answer
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Aligned columns
    Table,
    /// JSON
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// As the bill stood at the end of a day (UTC), YYYY-MM-DD, or at an instant
    #[arg(long, value_name = "DAY")]
    pub(crate) as_of: Option<AsOf>,
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Budgets {
    /// The periods before as well, the newest first
    #[arg(long)]
    pub(crate) past: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) question: Question,
    /// Value of the group, one per dimension, in order; empty for none
    #[arg(long = "key", value_name = "VALUE")]
    pub(crate) keys: Vec<String>,
    /// Page of rows
    #[arg(long, default_value_t = 1)]
    pub(crate) page: usize,
    /// Rows per page
    #[arg(long, default_value_t = 50)]
    pub(crate) page_size: usize,
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Demo {
    /// Write the demo company's report files, with the truth beside them
    Generate(Generate),
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Rows of all months together
    #[arg(long, default_value_t = 250_000)]
    pub(crate) rows: u64,
    /// csv, parquet, cur2, cur2-csv, focus or focus-csv
    #[arg(long, default_value = "cur2")]
    pub(crate) format: demo::Format,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The same seed gives the same company
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Months, the newest included
    #[arg(long, default_value_t = 13)]
    pub(crate) months: u32,
    /// Hour that the data reach to, such as 2026-11-01T00:00:00Z or 2026-11-01 [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_end)]
    pub(crate) end: Option<DateTime<Utc>>,
}

fn parse_end(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    text.parse().map_err(|_| "write it as YYYY-MM-DD or YYYY-MM-DDTHH:00:00Z".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port; with --demo, which is open without sign-in, only this machine's own addresses
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Fill a demo organization in the background and show it
    #[arg(long)]
    pub(crate) demo: bool,
    /// Rows of the demo company
    #[arg(long, default_value_t = 250_000, value_name = "N")]
    pub(crate) demo_rows: u64,
    /// Address that browsers use, when it is another than --listen
    #[arg(long, env = "CLOUD_ANALYZER_PUBLIC_URL", value_name = "URL", value_parser = identity::parse_public_url)]
    pub(crate) public_url: Option<String>,
    /// A proxy in front tells the client's address and scheme (X-Forwarded-For, X-Forwarded-Proto)
    #[arg(long, env = "CLOUD_ANALYZER_BEHIND_PROXY")]
    pub(crate) behind_proxy: bool,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    #[command(flatten)]
    pub(crate) allow: Allow,
    #[command(flatten)]
    pub(crate) reading: ReadingOptions,
    #[command(flatten)]
    pub(crate) mail: MailOptions,
    #[command(flatten)]
    pub(crate) openid: OpenId,
    #[command(flatten)]
    pub(crate) metrics: MetricsOptions,
}

/// How people are told things by mail; without, links are shown to administrators.
#[derive(Debug, Args)]
#[command(next_help_heading = "Mail")]
pub(crate) struct MailOptions {
    /// SMTP server: smtps://USER:PASSWORD@HOST, or smtp://HOST:25?tls=required
    #[arg(long, env = "CLOUD_ANALYZER_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) smtp_url: Option<String>,
    /// Sender of mails
    #[arg(
        long,
        env = "CLOUD_ANALYZER_MAIL_FROM",
        value_name = "ADDRESS",
        default_value = "Cloud Analyzer <cloud-analyzer@localhost.localdomain>"
    )]
    pub(crate) mail_from: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn reads_the_contract() {
        let line = "cloud-analyzer --data d query --metric unblended --group-by account_id,tag:Team --view day \
                    --from 2026-10-01 --to 2026-11-01 --filter region=us-east-1 --filter tag:Team!= --top 5 --format csv";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Command::Query(query) = cli.command else { panic!("not a query") };
        assert_eq!(query.question.group_by.unwrap().0.len(), 2);
        assert!(query.question.filter[1].exclude);
        assert_eq!(query.top, Some(5));
    }

    #[test]
    fn ranges_are_given_one_by_one_or_together() {
        let line = "cloud-analyzer serve --allow-private-range 10.1.0.0/16,fd12::/16 --allow-private-range 127.0.0.1";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let ranges: Vec<String> = cli.allow_private_range.iter().map(ToString::to_string).collect();
        assert_eq!(ranges, ["10.1.0.0/16", "fd12::/16", "127.0.0.1/32"]);
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, part) in [
            ("cloud-analyzer query --metric colour", "net_unblended"),
            ("cloud-analyzer query --group-by colour", "account_id"),
            ("cloud-analyzer query --filter region", "DIMENSION=VALUE"),
            ("cloud-analyzer query --from 0001-01-01", "2200-01-01"),
            ("cloud-analyzer explain --to=+262142-12-31", "2200-01-01"),
            ("cloud-analyzer query --as-of yesterday", "YYYY-MM-DD"),
            ("cloud-analyzer serve --allow-private-range 10.0.0.0/40", "10.1.0.0/16"),
            ("cloud-analyzer demo generate --out x --end yesterday", "YYYY-MM-DD"),
        ] {
            let error = Cli::try_parse_from(line.split_whitespace()).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
