//! `serve`: the web app and the HTTP interface, until told to stop.

use super::Folder;
use crate::cli::{MailOptions, OpenId, Serve};
use crate::output::print;
use crate::{descriptors, stopping};
use ::app::identity::{self, OpenIdSettings};
use ::app::metrics::Token;
use ::app::{
    App, AppError, AppOptions, ErrorKind, MailSettings, Mailer, OrganizationSpec, connections, demo_company,
    processing,
};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time for what runs behind to end.
const GIVE_BACK: Duration = Duration::from_millis(3500);

pub(crate) async fn run(folder: &Folder, args: Serve) -> anyhow::Result<()> {
    if args.demo {
        // Before anything is opened or generated.
        api::check_demo(args.listen, args.public_url.as_deref(), args.behind_proxy)?;
    }
    let metrics_token = metrics_token()?;
    let url = args.public_url.clone().unwrap_or_else(|| local_url(args.listen));
    // The server says it once, not those that read for it.
    let keep_superseded = args.keeping.keep_superseded().filter(|_| args.reading.read_job.is_none());
    let options = AppOptions {
        mail: mail(args.mail, url.clone())?,
        public_url: url,
        allowances: args.allow.options(),
        reading: args.reading.reading(),
        keep_superseded,
        ..folder.options()
    };
    let app = folder.open_for_others(options).await?;
    if let Some(job) = args.reading.read_job {
        processing::bound(&app)?;
        return Ok(processing::work(&app, job).await?);
    }
    let _served = app.served().await?;
    check_key(&app).await?;
    ::app::reports::refer_by_id(&app).await;
    let mut demo = None;
    if args.demo {
        let spec = OrganizationSpec { name: demo_company::NAME.to_owned(), demo: true };
        demo = Some(app.organization_for_ingest(Some(&spec)).await?);
        // The page shows its progress; it may be stopped at any moment.
        tokio::spawn(fill(app.clone(), args.demo_rows));
    }
    // Reads connections by request and by polling; it may be stopped at any moment.
    let behind = tokio::spawn(processing::run(app.clone()));
    let stop = app.clone();
    let setup = if args.demo { None } else { identity::setup_link(&app).await? };
    let public_url = args.public_url.clone();
    let site = api::Site {
        demo,
        listen: Some(args.listen),
        public_url: args.public_url,
        behind_proxy: args.behind_proxy,
        openid: openid(&args.openid),
        metrics_token,
    };
    let (bodies, requests) = Default::default();
    let state = api::ApiState { app, site: Arc::new(site), bodies, requests };
    let operators = operators(state.clone(), args.metrics.metrics_listen);
    let router = api::router(state);
    let ready = |address: SocketAddr| {
        let url = public_url.unwrap_or_else(|| local_url(address));
        let mut text = format!("Cloud Analyzer is at {url}\n");
        if let Some(path) = setup {
            text.push_str("Nobody has an account yet. Open this link within a day; it works once:\n");
            text.push_str(&(url + &path));
            text.push('\n');
        }
        // The address is the result; a closed pipe is no reason not to serve.
        let _ = print(&text);
    };
    let signal = stopping::asked();
    let asked = async move {
        signal.await;
        stop.stop();
    };
    let descriptors = descriptors::raise();
    let listening = api::Listening { address: args.listen, behind_proxy: args.behind_proxy, descriptors };
    // The operator's first: when its address is taken, nobody was told of the other.
    tokio::try_join!(operators, api::serve(router, listening, ready, asked))?;
    // Jobs are given back; what does not end in time is taken up by the next start all the same.
    let _ = tokio::time::timeout(GIVE_BACK, behind).await;
    tracing::info!("stopped");
    Ok(())
}

/// Tells the operator metrics at an address of this machine alone, if there is one, until the server stops.
async fn operators(state: api::ApiState, address: Option<SocketAddr>) -> Result<(), api::ServeError> {
    let Some(address) = address else { return Ok(()) };
    let app = state.app.clone();
    let ready = |address| tracing::info!(%address, "metrics are told");
    api::serve(api::operators(state), address, ready, async move { app.stopping().await }).await
}

/// Where the token for metrics is taken from.
const METRICS_TOKEN: &str = "CLOUD_ANALYZER_METRICS_TOKEN";

pub(super) fn metrics_token() -> anyhow::Result<Option<Token>> {
    match std::env::var(METRICS_TOKEN) {
        Err(_) => Ok(None),
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => Token::try_new(&text).map(Some).map_err(|wrong| {
            AppError::invalid(format!("{METRICS_TOKEN} cannot be used")).advise(wrong).into()
        }),
    }
}

/// An address that a browser on this machine can open.
pub(super) fn local_url(address: SocketAddr) -> String {
    match address.ip() {
        ip if !ip.is_unspecified() => format!("http://{address}"),
        IpAddr::V4(_) => format!("http://127.0.0.1:{}", address.port()),
        IpAddr::V6(_) => format!("http://[::1]:{}", address.port()),
    }
}

/// A key that others may have, or that is missing, keeps the server from starting; a single secret that does not open
/// only keeps its connection from being read.
async fn check_key(app: &App) -> anyhow::Result<()> {
    match connections::keys::check(app).await {
        Err(error) if error.kind == ErrorKind::Invalid => tracing::error!("{error}"),
        checked => checked.map(drop)?,
    }
    Ok(())
}

pub(super) fn mail(args: MailOptions, public_url: String) -> anyhow::Result<Option<MailSettings>> {
    let Some(server) = args.smtp_url else { return Ok(None) };
    let mailer = Mailer::new(&server, &args.mail_from)?;
    Ok(Some(MailSettings { mailer, public_url }))
}

pub(super) fn openid(args: &OpenId) -> Option<OpenIdSettings> {
    let (issuer, client_id) = (args.issuer.clone()?, args.client_id.clone()?);
    Some(OpenIdSettings {
        issuer,
        client_id,
        client_secret: args.client_secret.clone(),
        name: args.name.clone(),
    })
}

async fn fill(app: App, rows: u64) {
    let started = Instant::now();
    match demo_company::fill(&app, rows).await {
        Ok(None) => tracing::info!("the demo company is there already"),
        Ok(Some(summary)) => tracing::info!(
            demo.seconds = started.elapsed().as_secs_f64(),
            demo.periods = summary.periods.len(),
            "the demo company is ready"
        ),
        Err(error) => tracing::error!("the demo company could not be loaded: {error}"),
    }
}
