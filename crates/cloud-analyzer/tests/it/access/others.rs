//! Every place of the OpenAPI description that may name something, asked with what another organization has there,
//! and with what nobody has: the two answers are equal, and the other organization is as it was. Places are found in
//! the description; one that nothing is said about here fails, so that none is forgotten.

use super::Things;
use super::server::{Identity, Server};
use serde_json::{Map, Value, json};

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Connection,
    ConnectionName,
    Report,
    Budget,
    Channel,
    Subset,
    VirtualTag,
    SharedCost,
    Event,
    Definition,
    Dismissal,
    /// An object of a definition: an account's.
    Object,
    Member,
    Email,
    Invitation,
    Token,
    Organization,
    OrganizationName,
    Account,
    /// A dimension, by name; a virtual tag's is its owner's.
    Dimension,
    /// A filter; it may name an account, or a subset.
    Filter,
    /// A page's address, which has filters.
    Address,
    /// Nothing of anybody's: written like this where it is needed.
    Nothing(&'static str),
}

use What::{
    Account, Address, Budget, Channel, Connection, ConnectionName, Definition, Dimension, Dismissal, Email,
    Event, Filter, Invitation, Member, Nothing, Object, Organization, OrganizationName, Report, SharedCost,
    Subset, Token, VirtualTag,
};

/// The end of a route and place, and what stands there; the first that fits counts.
const PLACES: &[(&str, What)] = &[
    // What a source's settings reach is asked in tests/attack.
    (" PATCH /connections/{id} body.*", Nothing("x")),
    (" /connections body.partition", Nothing("aws")),
    (" /connections/{id} body.name", ConnectionName),
    (" /connections/{id} path.id", Connection),
    (" /connections/{id}/* path.id", Connection),
    // Asked for of a connection, and found among its own.
    (" /connections/{id}/bill-choices/{question} path.question", Nothing("1")),
    (" /connections/{id}/bill-choices/{question} body.winner", Nothing("1")),
    (" /connections/{id}/bill-choices/{question} body.from", Nothing("2026-08")),
    (" /invitations/{id} path.id", Invitation),
    (" /session/invitations/{id}* path.id", Invitation),
    (" /members/{user_id} path.user_id", Member),
    (" /reports/{id}* path.id", Report),
    (" /budgets/{id} path.id", Budget),
    (" /budgets* body.filters[]", Filter),
    (" /budgets* body.metric", Nothing("amortized")),
    (" /budgets* body.currency", Nothing("USD")),
    (" /budgets* body.start_month", Nothing("1")),
    (" /budgets* body.amount", Nothing("100")),
    (" /budgets* body.later[].*", Nothing("2099-01-01")),
    (" /budgets* body.thresholds[].percent", Nothing("80")),
    (" /channels/{id}* path.id", Channel),
    // Found among the channel's own.
    (" /channels/{id}* path.delivery", Nothing("1")),
    (" /channels* body.to[]", Email),
    (" /channels* body.url", Nothing("https://hooks.example.com/x")),
    (" /channels* body.secret", Nothing("x")),
    (" /notification-routes body.routes[].channels[]", Channel),
    (" /notification-routes body.fallback[]", Channel),
    (" /notification-routes body.routes[].accounts[]", Account),
    (" /notification-routes body.routes[].subset", Subset),
    (" /notification-routes body.routes[].kinds[]", Nothing("cost")),
    (" /notification-routes body.routes[].tag.*", Nothing("team")),
    (" /optimization/waste/dismissals/{id} path.id", Dismissal),
    (" /optimization/waste/dismissals body.account_id", Account),
    (" /optimization/waste/dismissals body.*", Nothing("1")),
    (" /optimization/spot-exclusions* body.workloads[]", Nothing("asg/999999999998/eu-west-1/web")),
    (" /optimization/spot-exclusions body.reason", Nothing("New")),
    (" /trend-events/archive body.ids[]", Event),
    (" /trend-events/{id}* path.id", Event),
    // Found among the event's own.
    (" /trend-events/{id}* path.comment", Nothing("1")),
    (" /trend-events/{id}/assignee body.user", Member),
    (" /trend-events/{id}/* body.until", Nothing("2026-12-31")),
    (" /trend-events/{id}/expected body.up_to", Nothing("5")),
    (" /trend-events/{id}/comments* body.text", Nothing("Hello")),
    (" /trend-events query.account", Account),
    (" /trend-events query.definition", Definition),
    (" /trends/why query.object", Object),
    (" /trend* query.*", Nothing("")),
    // A commitment is looked for in the caller's own bills.
    (" /optimization/* query.*", Nothing("")),
    (" /trend-definitions/{id} path.id", Definition),
    (" /trend-definitions* body.watches[]", Nothing("subset")),
    (" /trend-definitions* body.only", Subset),
    (" /trend-definitions* body.currency", Nothing("USD")),
    (" /trend-definitions* body.minimum", Nothing("100")),
    (" /trend-definitions* body.description", Nothing("New")),
    (" /subsets/{id} path.id", Subset),
    (" /subsets query.id", Subset),
    (" /subsets query.version", Nothing("0123456789abcdef")),
    (" /tokens/{id} path.id", Token),
    (" /virtual-tags/{id} path.id", VirtualTag),
    (" /dimensions/{name}/values path.name", Dimension),
    // Who holds an invitation's link may accept it, whoever they are.
    (" /invitations/by-token/* path.token", Nothing("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
    (" query.filter", Filter),
    (" query.group_by", Dimension),
    (" query.currency", Nothing("USD")),
    (" query.sort", Nothing("cost")),
    // As the bills stand now.
    (" query.as_of", Nothing("")),
    (" /explain* query.keys", Account),
    (" /explain* query.but", Account),
    (" /explain* query.part", SharedCost),
    (" /explain* query.*", Nothing("")),
    (" /costs* query.*", Nothing("")),
    (" /summary query.metric", Nothing("")),
    (" /projection query.metric", Nothing("")),
    (" /dimensions/{name}/values query.*", Nothing("")),
    // The version of a thing that the caller was shown.
    (" header.If-Match", Nothing("0123456789abcdef")),
    (" body.version", Nothing("0123456789abcdef")),
    // A place in the organization's own log.
    (" /audit query.*", Nothing("1")),
    (" /connections/{id}/template query.*", Nothing("")),
    (" /oidc/* query.*", Nothing("")),
    (" /account-names body.names[].account_id", Account),
    (" /account-names body.names[].name", Nothing("New")),
    (" /tag-spellings body.key", Nothing("Team")),
    (" /tag-spellings body.values[].value", Nothing("one")),
    (" /tag-spellings body.values[].spellings[]", Nothing("two")),
    (" body.accounts[].account_id", Account),
    (" body.accounts[].organization", OrganizationName),
    (" /invitations body.email", Email),
    // Whoever knows an address and its password is that person.
    (" /session body.email", Nothing("nobody@example.com")),
    (" body.recipients[]", Email),
    (" body.schedule.recipients[]", Email),
    (" body.schedule.frequency", Nothing("weekly")),
    (" /session/organization body.id", Organization),
    // Names are kept apart among the caller's own organizations alone: asking for one takes it.
    (" /organization body.name", Nothing("Own name")),
    (" /organizations body.name", Nothing("Other name")),
    (" /organization/mail-domains body.domains[]", Nothing("example.com")),
    (" /reports* body.address", Address),
    (" /shared-costs body.rules[].id", SharedCost),
    (" /shared-costs body.rules[].name", Nothing("New")),
    (" /shared-costs body.rules[].source[]", Filter),
    (" /shared-costs body.rules[].targets[].account_id", Account),
    (" /shared-costs body.rules[].targets[].percent", Nothing("100")),
    (" /subsets* body.account_ids[]", Account),
    (" /subsets* body.billing.percent", Nothing("100")),
    (" /virtual-tags* body.rules[].conditions[].dimension", Dimension),
    (" /virtual-tags* body.rules[].conditions[].values[]", Account),
    (" /virtual-tags* body.rules[].value", Nothing("One")),
    (" /tokens body.expires_at", Nothing("2099-01-01")),
    (" body.subsets[]", Subset),
    (" body.name", Nothing("New")),
    // Secrets of those who ask.
    (" /session* body.*", Nothing("correct horse battery")),
    (" /setup body.*", Nothing("x")),
    ("/accept body.password", Nothing("correct horse battery")),
];

/// Whether a pattern with at most one `*` in it fits the end of a text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return text.ends_with(pattern) };
    text.find(head).is_some_and(|at| {
        let rest = &text[at + head.len()..];
        match tail.split_once('*') {
            None => rest.ends_with(tail),
            Some((middle, end)) => {
                rest.find(middle).is_some_and(|at| rest[at + middle.len()..].ends_with(end))
            }
        }
    })
}

fn what(route: &str, place: &str) -> What {
    let text = format!(" {route} {place}");
    let found = PLACES.iter().find(|(pattern, _)| fits(pattern, &text));
    found.unwrap_or_else(|| panic!("say in PLACES what stands in '{place}' of {route}")).1
}

impl Things {
    /// What the organization has of a kind.
    fn of(&self, what: What) -> String {
        match what {
            Connection => self.connection.clone(),
            ConnectionName => self.connection_name.clone(),
            Report => self.report.clone(),
            Budget => self.budget.clone(),
            Channel => self.channel.clone(),
            Subset => self.subset.clone(),
            VirtualTag => self.virtual_tag.clone(),
            SharedCost => self.shared_cost.clone(),
            Event => self.event.clone(),
            Definition => self.definition.clone(),
            Dismissal => self.dismissal.clone(),
            Object => format!("account={}", self.account),
            Member => self.member.clone(),
            Email => self.email.clone(),
            Invitation => self.invitation.clone(),
            Token => self.token.clone(),
            Organization => self.organization.clone(),
            OrganizationName => self.organization_name.clone(),
            Account => self.account.clone(),
            Dimension => format!("virtual_tag:{}", self.virtual_tag_name),
            Filter => format!("subset={}", self.subset_name),
            Address => format!("tab=service&filter=subset%3D{}", self.subset_name),
            Nothing(text) => text.to_owned(),
        }
    }
}

/// What nobody has of a kind, of the same form; another each time, for it may be made.
fn nobodys(what: What, number: usize) -> String {
    match what {
        Connection | Report | Budget | Channel | Subset | VirtualTag | SharedCost | Member | Invitation
        | Token | Organization | Definition | Dismissal => "0123456789abcdef01234567".to_owned(),
        ConnectionName | OrganizationName => format!("Of nobody {number}"),
        Email => format!("nobody-{number}@nowhere.example"),
        Event => "0123456789abcdef".to_owned(),
        Object => "account=999999999998".to_owned(),
        Account => "999999999998".to_owned(),
        Dimension => "virtual_tag:Of nobody".to_owned(),
        Filter => "subset=Of nobody".to_owned(),
        Address => "tab=service&filter=subset%3DOf nobody".to_owned(),
        Nothing(text) => text.to_owned(),
    }
}

/// What stands in a body's place that is not asked about: of the own organization, or of nobody in particular.
fn usual(what: What, own: &Things, number: usize) -> Value {
    json!(match what {
        Dimension => "account_id".to_owned(),
        Filter => "service=AmazonEC2".to_owned(),
        Address => "tab=service".to_owned(),
        OrganizationName => "A customer".to_owned(),
        // A name that nothing has yet.
        Nothing("New") => format!("New-0123456789abcdef-{number}"),
        what => own.of(what),
    })
}

/// The description, and where one looks into it.
struct Description<'a>(&'a Value);

impl<'a> Description<'a> {
    fn resolved(&self, mut schema: &'a Value) -> &'a Value {
        while let Some(reference) = schema["$ref"].as_str() {
            schema = self.0.pointer(&reference[1..]).unwrap();
        }
        for kinds in ["oneOf", "anyOf", "allOf"] {
            if let Some(all) = schema[kinds].as_array() {
                let one = all.iter().find(|one| one["type"] != "null").unwrap();
                return self.resolved(one);
            }
        }
        schema
    }

    /// Leaves of a body that hold text or numbers.
    fn leaves(&self, schema: &'a Value, at: &str, found: &mut Vec<String>) {
        let schema = self.resolved(schema);
        if let Some(properties) = schema["properties"].as_object() {
            for (name, schema) in properties {
                self.leaves(schema, &format!("{at}.{name}"), found);
            }
        } else if schema["items"].is_object() {
            self.leaves(&schema["items"], &format!("{at}[]"), found);
        } else if schema["enum"].is_null() && !is(schema, "boolean") && !is(schema, "number") {
            assert!(is(schema, "string") || is(schema, "integer"), "{at}: {schema}");
            found.push(at.to_owned());
        }
    }

    /// A body with everything that is required, and `probe` in its place.
    fn body(
        &self,
        schema: &'a Value,
        at: &str,
        probe: Option<&(&str, Value)>,
        own: &dyn Fn(&str) -> Value,
    ) -> Value {
        let schema = self.resolved(schema);
        if let Some((place, value)) = probe
            && *place == at
        {
            return value.clone();
        }
        let probed = |below: &str| {
            probe.is_some_and(|(place, _)| {
                place.strip_prefix(below).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        };
        if let Some(properties) = schema["properties"].as_object() {
            let required = schema["required"].as_array();
            let mut body = Map::new();
            for (name, schema) in properties {
                let below = format!("{at}.{name}");
                let needed = required.is_some_and(|names| names.iter().any(|needed| needed == name));
                if needed || probed(&below) {
                    body.insert(name.clone(), self.body(schema, &below, probe, own));
                }
            }
            return Value::Object(body);
        }
        if schema["items"].is_object() {
            return json!([self.body(&schema["items"], &format!("{at}[]"), probe, own)]);
        }
        match schema["enum"].as_array() {
            Some(names) => names[0].clone(),
            None if is(schema, "boolean") => json!(false),
            // Percent.
            None if is(schema, "number") => json!(25),
            None => own(at),
        }
    }
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind
        || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

/// An answer without what is new each time: identifiers, secrets, times; and without what was asked with.
fn without_chance(answer: &str, asked: &str) -> String {
    // A filter or dimension is named in whole, or by what it is about.
    let name = asked.rsplit([':', '=']).next().unwrap_or(asked);
    let name = name.rsplit("%3D").next().unwrap_or(name);
    let mut answer = answer.to_owned();
    for part in [asked, &url_encoded(asked), name] {
        answer = answer.replace(part, "ASKED");
    }
    let mut out = String::new();
    let mut word = String::new();
    for letter in answer.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || "-_:".contains(letter) {
            word.push(letter);
            continue;
        }
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let random = word.len() >= 16 && digits > 0;
        out.push_str(if random { "CHANCE" } else { &word });
        word.clear();
        out.push(letter);
    }
    out
}

fn url_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Asks everything about `theirs` as `who`, whose own things are `own`.
pub(crate) fn probe(server: &Server, spec: &Value, who: &Identity, own: &Things, theirs: &Things) -> usize {
    let description = Description(spec);
    let (mut asked, mut told) = (0, vec![]);
    for (path, item) in spec["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let (method, path) = (method.to_uppercase(), path.strip_prefix("/api/v1").unwrap());
            let route = format!("{method} {path}");
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let mut places = vec![];
            for parameter in operation["parameters"].as_array().unwrap_or(&vec![]) {
                let text = |name: &str| parameter[name].as_str().unwrap().to_owned();
                places.push(format!("{}.{}", text("in"), text("name")));
            }
            if schema.is_object() {
                description.leaves(schema, "body", &mut places);
            }
            for place in &places {
                let kind = what(&route, place);
                if matches!(kind, Nothing(_)) {
                    continue;
                }
                let answer = |value: &str, number: usize| {
                    let mut full = path.to_owned();
                    for other in places.iter().filter_map(|place| place.strip_prefix("path.")) {
                        let there = format!("path.{other}");
                        let put =
                            if *place == there { value.to_owned() } else { own.of(what(&route, &there)) };
                        full = full.replace(&format!("{{{other}}}"), &url_encoded(&put));
                    }
                    if let Some(name) = place.strip_prefix("query.") {
                        full = format!("{full}?{name}={}{}", url_encoded(value), beside(name));
                    }
                    let probe = (place.as_str(), json!(value));
                    let leaf = |at: &str| usual(what(&route, at), own, number);
                    let body =
                        schema.is_object().then(|| description.body(schema, "body", Some(&probe), &leaf));
                    let full = format!("/api/v1{full}");
                    let ask = || server.ask(who, &method, &full, body.as_ref());
                    let (mut status, _, mut text) = ask();
                    // A bill is split between two readings, and splitting starts one.
                    while status == 409 && text.contains("is being read") {
                        std::thread::sleep(std::time::Duration::from_millis(50));
                        (status, _, text) = ask();
                    }
                    assert!(status < 500, "{route} {place} {value}: {status} {text}");
                    // Some go to another organization, or give the own one another name.
                    let home = json!({ "id": own.organization });
                    server.ask(who, "PUT", "/api/v1/session/organization", Some(&home));
                    // A packed file holds the question, too; the same figures are compared as CSV.
                    let packed = text.contains('\0');
                    (status, if packed { String::new() } else { without_chance(&text, value) })
                };
                let (real, none) =
                    (answer(&theirs.of(kind), 2 * asked), answer(&nobodys(kind, asked), 2 * asked + 1));
                if real != none {
                    told.push(format!("{route}: '{place}' tells another's {kind:?}: {real:?}, {none:?}"));
                }
                asked += 1;
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    asked
}

/// What a parameter needs beside it.
fn beside(name: &str) -> &'static str {
    match name {
        "keys" | "but" | "part" => "&group_by=account_id",
        "object" => "&day=2026-10-02",
        _ => "",
    }
}

/// What an organization's administrator sees, without what moves by itself: times, and who signed in.
pub(crate) fn state(server: &Server, spec: &Value, who: &Identity, own: &Things) -> Vec<String> {
    let moving = [
        "/session",
        "/audit",
        "/oidc/",
        "/costs.",
        "/events",
        "/processing",
        "/ingests",
        "/jobs",
        "/by-token/",
        "/template",
    ];
    let mut seen = vec![];
    for (path, item) in spec["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        if item["get"].is_null() || moving.iter().any(|part| path.contains(part)) {
            continue;
        }
        let asked = || server.ask(who, "GET", &format!("/api/v1{}", own.path("GET", path)), None);
        let (mut status, _, mut text) = asked();
        // Figures that are still being reckoned are not what somebody else changes.
        for _ in 0..100 {
            if !text.contains(r#""reckoning":true"#) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
            (status, _, text) = asked();
        }
        assert!(status < 500, "{path}: {status} {text}");
        seen.push(format!("{path}: {status} {}", without_chance(&text, "nothing")));
    }
    seen
}
