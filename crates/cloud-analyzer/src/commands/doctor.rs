//! `doctor`: what is wrong with this installation, and what it may read and reach. Exit code 1 when something is wrong.

use super::{Folder, serve};
use crate::cli::{Doctor, Serve};
use crate::output::{Align, Table, print, print_json};
use ::app::doctor::{self, Finding, Health};
use ::app::reach::{self, Reached, Surroundings};
use ::app::{App, AppError, AppOptions};
use chrono::Utc;
use std::process::ExitCode;
// Writing to a String cannot fail: the results of `writeln!` below say nothing.
use std::fmt::Write as _;

pub(crate) async fn run(folder: &Folder, args: Doctor) -> anyhow::Result<ExitCode> {
    let mut findings = doctor::data_folder(&folder.path(), Utc::now());
    if folder.path().is_dir() {
        findings.push(doctor::disk_speed(&folder.path()));
    }
    findings.push(network(&args.serve));
    let openid = serve::openid(&args.serve.openid);
    let surroundings = Surroundings {
        listen: Some(args.serve.listen),
        public_url: args.serve.public_url.clone(),
        issuer: args.serve.openid.issuer.clone(),
    };
    let mut reached = vec![];
    match open(folder, args.serve).await {
        Ok(Some(app)) => {
            findings.push(Finding::good("configuration", "the options can be used"));
            findings.extend(doctor::inside(&app).await?);
            if !args.offline {
                findings.extend(doctor::outside(&app, openid.as_ref()).await?);
            }
            reached = reach::list(&app, None, &surroundings).await?;
        }
        Ok(None) => {}
        Err(error) => findings.push(match error.downcast_ref::<AppError>() {
            Some(error) => Finding::of("configuration", error),
            None => Finding::bad(
                "configuration",
                Health::Wrong,
                format!("{error:#}"),
                "Correct the option or the variable of the environment.",
            ),
        }),
    }
    let wrong = findings.iter().any(|finding| finding.health == Health::Wrong);
    if args.json {
        print_json(&serde_json::json!({ "healthy": !wrong, "checks": findings, "reach": reached }))?;
    } else {
        print(&text(&findings, &reached))?;
    }
    Ok(ExitCode::from(u8::from(wrong)))
}

/// Opens the data folder as `serve` would; `None`: there is none.
async fn open(folder: &Folder, args: Serve) -> anyhow::Result<Option<App>> {
    serve::metrics_token()?;
    let mail = serve::mail(args.mail, args.public_url.unwrap_or_else(|| serve::local_url(args.listen)))?;
    if !folder.path().join("meta.sqlite").is_file() {
        return Ok(None);
    }
    let options = AppOptions {
        create: false,
        update: false,
        mail,
        allowances: args.allow.options(),
        ..folder.options()
    };
    Ok(Some(App::open(&folder.path(), options).await?))
}

/// Whether what travels over networks is encrypted.
fn network(args: &Serve) -> Finding {
    const CHECK: &str = "network";
    let safe = args.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    if args.listen.ip().is_loopback() || safe {
        return Finding::good(CHECK, format!("listens on {}", args.listen));
    }
    Finding::bad(
        CHECK,
        Health::Warning,
        format!("listens on {} and says nothing of https: passwords would travel in the open", args.listen),
        "Put a proxy with TLS in front, and name its address: --public-url https://… --behind-proxy",
    )
}

fn text(findings: &[Finding], reached: &[Reached]) -> String {
    let mut out = String::new();
    for finding in findings {
        let health = match finding.health {
            Health::Good => "good",
            Health::Warning => "warning",
            Health::Wrong => "WRONG",
        };
        let _ = writeln!(out, "{health:<8} {:<14} {}", finding.check, finding.found);
        if let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.is_empty()) {
            let _ = writeln!(out, "         to do          {fix}");
        }
    }
    let columns = ["may read or reach", "for", "why"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    for one in reached {
        let whose = one.organization.clone().unwrap_or_else(|| "everybody".to_owned());
        table.row(vec![one.target.clone(), whose, one.why.clone()]);
    }
    if !reached.is_empty() {
        out.push('\n');
        out.push_str(&table.text());
    }
    out
}
