//! The application: what is open for as long as the process runs.

use crate::allowances::{AllowanceOptions, Allowances};
use crate::backup::hold;
use crate::connections::{TemplateHost, Verifications};
use crate::data_folder;
use crate::edits::Turns;
use crate::happenings::Watches;
use crate::identity::Passwords;
use crate::jobs::Running;
use crate::lock::Writers;
use crate::metrics::Sums;
use crate::optimize::buy::KeptCases;
use crate::optimize::efficiency::KeptEfficiency;
use crate::processing::{BillDays, Reading};
use crate::read::{Remembered, RememberedNames};
use crate::readiness::{Lanes, Looks};
use crate::served;
use crate::spill::Spill;
use crate::trends::Memories;
use crate::{Clock, Live, Result, SystemClock};
use chrono::{DateTime, Utc};
use connect::Outgoing;
use lake::{Lake, LakeOptions};
use meta::Meta;
use notify::Mailer;
use query::{Engine, EngineOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How to open a data folder.
#[derive(Clone)]
pub struct AppOptions {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Make the folder when it is missing; readers say "no data" instead.
    pub create: bool,
    /// Bring a folder that an older version wrote up to date; otherwise it is refused, and nothing of it changes.
    pub update: bool,
    /// Bounds of the query engine.
    pub engine: EngineOptions,
    /// How people are told things; without, links are shown to administrators.
    pub mail: Option<MailSettings>,
    /// Address that browsers use, without a slash at its end; empty: links of messages are left out.
    pub public_url: String,
    /// What organizations may reach of this machine; nothing, unless said otherwise.
    pub allowances: AllowanceOptions,
    /// How jobs read connections.
    pub reading: Reading,
    /// The way out to addresses that users name.
    pub outgoing: Outgoing,
    /// How long to wait for another process that writes; `None`: not at all, whoever asked is told.
    pub patience: Option<Patience>,
    /// How long files of replaced publications are kept from now on, so that past days can be asked for; `None`: as
    /// before.
    pub keep_superseded: Option<Duration>,
    /// What is said of templates, for all connections.
    pub templates: TemplateHost,
    /// Where the tables of bills lie.
    pub lake: LakeOptions,
}

/// How long to wait for another process that writes, and how to say so.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The longest wait.
    pub most: Duration,
    /// Says what is waited for, once.
    pub say: fn(&str),
}

/// How mails are sent, and where their links lead.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The way out.
    pub mailer: Mailer,
    /// Address that browsers use, without a slash at its end.
    pub public_url: String,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            create: true,
            update: true,
            engine: EngineOptions::default(),
            mail: None,
            public_url: String::new(),
            allowances: AllowanceOptions::default(),
            reading: Reading::default(),
            outgoing: Outgoing::default(),
            patience: None,
            keep_superseded: None,
            templates: TemplateHost::default(),
            lake: LakeOptions::default(),
        }
    }
}

/// Tells those who run jobs in this process that there are more.
#[derive(Debug, Default)]
pub(crate) struct Queued(watch::Sender<()>);

impl Queued {
    /// Jobs were queued: every lane looks.
    pub(crate) fn wake(&self) {
        self.0.send_replace(());
    }

    /// To be told from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}

/// An open data folder. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    lake: Lake,
    meta: Meta,
    engine: Engine,
    /// Until the engine is gone.
    _spill: Spill,
    clock: Arc<dyn Clock>,
    live: Live,
    remembered: Remembered,
    names: RememberedNames,
    kept_cases: KeptCases,
    kept_efficiency: KeptEfficiency,
    passwords: Passwords,
    verifications: Verifications,
    mail: Option<MailSettings>,
    public_url: String,
    allowances: Allowances,
    reading: Reading,
    writers: Writers,
    turns: Turns,
    watches: Watches,
    bill_days: BillDays,
    memories: Memories,
    templates: TemplateHost,
    outgoing: Outgoing,
    patience: Option<Patience>,
    queued: Queued,
    running: Running,
    stop: watch::Sender<bool>,
    began: DateTime<Utc>,
    lanes: Lanes,
    looks: Looks,
    sums: Sums,
    vacuuming: tokio::sync::Mutex<()>,
}

impl App {
    /// Opens `<data_dir>/meta.sqlite`, and the lake where it lies.
    pub async fn open(data_dir: &Path, options: AppOptions) -> Result<Self> {
        data_folder::prepare(data_dir, options.create)?;
        let meta = served::opened(&data_dir.join(data_folder::DATABASE), data_dir, options.update).await?;
        let lake = Lake::open_at(data_dir, &options.lake, &meta.installation().await?).await?;
        for lock in [hold::LOCK, served::LOCK] {
            hold::opened(data_dir, lock)?;
        }
        data_folder::close_to_others(data_dir);
        if let Some(kept) = options.keep_superseded {
            meta.keep_superseded_for(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX)).await?;
        }
        let allowances = Allowances::resolve(&options.allowances, &meta.organizations().await?, data_dir)?;
        let spill = Spill::open(data_dir)?;
        let engine = Engine::spilling(options.engine, spill.folder());
        let data_dir = data_dir.to_owned();
        Ok(Self {
            inner: Arc::new(Inner {
                data_dir,
                lake,
                meta,
                engine,
                _spill: spill,
                clock: options.clock,
                live: Live::default(),
                remembered: Remembered::default(),
                names: RememberedNames::default(),
                kept_cases: KeptCases::default(),
                kept_efficiency: KeptEfficiency::default(),
                passwords: Passwords::default(),
                verifications: Verifications::default(),
                mail: options.mail,
                public_url: options.public_url,
                allowances,
                reading: options.reading,
                writers: Writers::default(),
                turns: Turns::default(),
                watches: Watches::default(),
                bill_days: BillDays::default(),
                memories: Memories::default(),
                outgoing: options.outgoing,
                templates: options.templates,
                patience: options.patience,
                queued: Queued::default(),
                running: Running::default(),
                stop: watch::Sender::new(false),
                began: Utc::now(),
                lanes: Lanes::default(),
                looks: Looks::default(),
                sums: Sums::default(),
                vacuuming: tokio::sync::Mutex::default(),
            }),
        })
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// Tables of line items and roll-ups.
    pub(crate) fn lake(&self) -> &Lake {
        &self.inner.lake
    }

    /// Organizations, connections, publications, ingests.
    pub fn meta(&self) -> &Meta {
        &self.inner.meta
    }

    /// Answers cost questions. Whoever answers a caller asks through [`crate::read`], of what the caller may see.
    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// What runs right now in this process.
    pub fn live(&self) -> &Live {
        &self.inner.live
    }

    pub(crate) fn remembered(&self) -> &Remembered {
        &self.inner.remembered
    }

    pub(crate) fn remembered_names(&self) -> &RememberedNames {
        &self.inner.names
    }

    pub(crate) fn kept_cases(&self) -> &KeptCases {
        &self.inner.kept_cases
    }

    pub(crate) fn kept_efficiency(&self) -> &KeptEfficiency {
        &self.inner.kept_efficiency
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    pub(crate) fn verifications(&self) -> &Verifications {
        &self.inner.verifications
    }

    /// What is said of templates, for all connections.
    pub(crate) fn templates(&self) -> &TemplateHost {
        &self.inner.templates
    }

    /// How mails are sent, if they are.
    pub(crate) fn mail(&self) -> Option<&MailSettings> {
        self.inner.mail.as_ref()
    }

    /// Address of a page, for messages; empty where nobody said how browsers get here.
    pub(crate) fn page(&self, path: &str) -> String {
        let base = &self.inner.public_url;
        if base.is_empty() { String::new() } else { format!("{base}{path}") }
    }

    /// What organizations may reach of this machine.
    pub(crate) fn allowances(&self) -> &Allowances {
        &self.inner.allowances
    }

    /// The way out to addresses that users name.
    pub(crate) fn outgoing(&self) -> &Outgoing {
        &self.inner.outgoing
    }

    /// How long to wait for another process that writes.
    pub(crate) fn patience(&self) -> Option<Patience> {
        self.inner.patience
    }

    /// Wakes whoever runs jobs.
    pub(crate) fn queued(&self) -> &Queued {
        &self.inner.queued
    }

    /// Jobs that run in this process.
    pub(crate) fn running(&self) -> &Running {
        &self.inner.running
    }

    /// Now, by the application's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// How jobs read connections.
    pub(crate) fn reading(&self) -> &Reading {
        &self.inner.reading
    }

    pub(crate) fn bill_days(&self) -> &BillDays {
        &self.inner.bill_days
    }

    /// What was learned of the series of bills.
    pub(crate) fn memories(&self) -> &Memories {
        &self.inner.memories
    }

    pub(crate) fn watches(&self) -> &Watches {
        &self.inner.watches
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }

    pub(crate) fn writers(&self) -> &Writers {
        &self.inner.writers
    }

    /// Ends what runs behind: jobs are given back, to be taken up by the next start.
    pub fn stop(&self) {
        self.inner.stop.send_replace(true);
    }

    /// When it was opened, by the machine's clock.
    pub(crate) fn began(&self) -> DateTime<Utc> {
        self.inner.began
    }

    /// Lanes of jobs, and when they last looked for work.
    pub(crate) fn lanes(&self) -> &Lanes {
        &self.inner.lanes
    }

    pub(crate) fn looks(&self) -> &Looks {
        &self.inner.looks
    }

    pub(crate) fn sums(&self) -> &Sums {
        &self.inner.sums
    }

    /// Held by whoever removes files of the lake.
    pub(crate) fn vacuuming(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.vacuuming
    }

    /// Whether [`Self::stop`] was called.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.inner.stop.borrow()
    }

    /// Comes back once [`Self::stop`] was called.
    pub async fn stopping(&self) {
        let mut stop = self.inner.stop.subscribe();
        // The sender lives as long as this value: waiting cannot fail.
        let _ = stop.wait_for(|stop| *stop).await;
    }
}
