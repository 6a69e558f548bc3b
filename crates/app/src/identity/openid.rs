//! Signing in with OpenID Connect: authorization code with PKCE, `state` and `nonce`, bound to the browser that began
//! by a cookie. The provider says who it is; who may in is decided here: an account that was bound to the identity
//! before, an account of the same verified address, or somebody whose address is invited, who gets an account without
//! any membership and is asked whether to join. Nobody else gets an account.
//!
//! The identity lasts, addresses do not: an account that is bound to one identity of the provider is not opened by
//! another one that has the address today, and follows its person to another address. And the first identity to show that it holds an account's address ends what
//! was set before, which may be anybody's who was invited under the address: password and sessions are dropped, and
//! memberships wait to be accepted.

mod http;

use super::audit::entry;
use super::members::user_id;
use super::secret::{Secret, same};
use super::{SignedIn, now_ms, sessions};
use crate::policy::{Caller, Via};
use crate::reports::recipients;
use crate::{App, AppError, ErrorKind, Result, notifications};
use chrono::TimeDelta;
use meta::{Basis, LinkEntries, Linked, NewAudit, NewUser, OpenIdFlow, OpenIdIdentity, Organization, User};
use model::{Email, OrganizationId, Role, with_causes};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use std::fmt;

/// A sign-in at the provider may take this long.
const VALID: TimeDelta = TimeDelta::minutes(10);

/// A provider, as the operator configures it.
#[derive(Clone)]
pub struct OpenIdSettings {
    /// Address of the provider; its description is at `/.well-known/openid-configuration` below.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our password there.
    pub client_secret: Option<String>,
    /// Name on the sign-in button.
    pub name: String,
}

impl fmt::Debug for OpenIdSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, client_id, name, .. } = self;
        write!(out, "OpenIdSettings({name}, {issuer}, {client_id})")
    }
}

/// Where to send the browser, and what it must keep.
#[derive(Clone, Debug)]
pub struct OpenIdStart {
    /// At the provider.
    pub address: String,
    /// For a cookie.
    pub browser: Secret,
}

/// Why nobody was signed in; each has words of its own on the sign-in page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenIdFailure {
    /// The person, or the provider, said no.
    Denied,
    /// It took too long, began in another browser, or came back twice.
    Expired,
    /// The provider does not answer as it should; the log says how.
    Failed,
    /// The person has no account and no invitation.
    NoAccount,
    /// The account of that address belongs to another identity of the provider.
    OtherIdentity,
}

impl OpenIdFailure {
    /// Name in the sign-in page's address.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::NoAccount => "no_account",
            Self::OtherIdentity => "other_identity",
        }
    }
}

/// Begins a sign-in that comes back to `redirect_uri` and goes on to `return_to`.
pub async fn start_openid(
    app: &App,
    settings: &OpenIdSettings,
    redirect_uri: &str,
    return_to: &str,
) -> Result<OpenIdStart> {
    let web = http::client()?;
    let provider = discover(settings, &web).await?;
    let redirect = RedirectUrl::new(redirect_uri.to_owned())
        .map_err(|error| AppError::invalid(format!("the server's own address '{redirect_uri}': {error}")))?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client =
        CoreClient::from_provider_metadata(provider, ClientId::new(settings.client_id.clone()), None)
            .set_redirect_uri(redirect);
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let now = now_ms(app);
    let flow = OpenIdFlow {
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        return_to: own_path(return_to).to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        expires_at_ms: now + VALID.num_milliseconds(),
    };
    let browser = Secret::random()?;
    app.meta().start_openid(&browser.hash(), &flow, now).await?;
    Ok(OpenIdStart { address: address.to_string(), browser })
}

/// Ends a sign-in that came back: the session, and the path to go to.
pub async fn finish_openid(
    app: &App,
    settings: &OpenIdSettings,
    caller: &Caller,
    browser: Option<&str>,
    state: &str,
    code: Option<&str>,
) -> Result<(SignedIn, String), OpenIdFailure> {
    let Some(browser) = browser.and_then(Secret::parse) else { return Err(OpenIdFailure::Expired) };
    let taken = app.meta().take_openid(&browser.hash(), now_ms(app)).await;
    let flow = match taken {
        Ok(Some(flow)) if same(&flow.state, state) => flow,
        Ok(_) => return Err(OpenIdFailure::Expired),
        Err(error) => return Err(failed(&error)),
    };
    let Some(code) = code else { return Err(OpenIdFailure::Denied) };
    let person = redeem(settings, &flow, code).await.map_err(|error| failed(&error))?;
    let user = match account(app, caller, settings, &person).await {
        Ok(Found::Account(user)) => user,
        Ok(Found::Nobody) => {
            tracing::info!(openid.issuer = settings.issuer, "a person without account or invitation came");
            return Err(OpenIdFailure::NoAccount);
        }
        Ok(Found::OfAnother(user)) => {
            tracing::warn!(
                openid.issuer = settings.issuer,
                user.id = %user.id,
                "an account's address came with another identity than the account's; if the provider names its people anew: cloud-analyzer user forget-identity"
            );
            return Err(OpenIdFailure::OtherIdentity);
        }
        Err(error) => return Err(failed(&error)),
    };
    let begun = async {
        sessions::end_earlier(app, caller).await?;
        sessions::begin(app, caller, &user, &settings.name, Basis::Given).await
    };
    let signed_in = begun.await.map_err(|error| failed(&error))?;
    Ok((signed_in, flow.return_to))
}

fn failed(error: &dyn fmt::Display) -> OpenIdFailure {
    tracing::warn!("signing in with OpenID Connect failed: {error}");
    OpenIdFailure::Failed
}

/// Who the provider says it is.
struct Claimed {
    subject: String,
    /// Only if the provider has checked it.
    email: Option<Email>,
    name: Option<String>,
}

async fn redeem(settings: &OpenIdSettings, flow: &OpenIdFlow, code: &str) -> Result<Claimed> {
    let wrong = |what: &str| {
        let what = what.to_owned();
        move |error: &dyn fmt::Display| AppError::new(ErrorKind::Unavailable, format!("{what}: {error}"))
    };
    let web = http::client()?;
    let provider = discover(settings, &web).await?;
    let has_user_info = provider.userinfo_endpoint().is_some();
    let secret = settings.client_secret.clone().map(ClientSecret::new);
    let redirect =
        RedirectUrl::new(flow.redirect_uri.clone()).map_err(|error| wrong("our address")(&error))?;
    let client =
        CoreClient::from_provider_metadata(provider, ClientId::new(settings.client_id.clone()), secret)
            .set_redirect_uri(redirect);
    let call = http::by(&web);
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| wrong("the provider has no token address")(&error))?
        .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()))
        .request_async(&call)
        .await
        .map_err(|error| wrong("the provider did not redeem the code")(&error))?;
    let token = answer.id_token().ok_or_else(|| wrong("the provider's answer")(&"it holds no ID token"))?;
    let verifier = client.id_token_verifier();
    let claims = token
        .claims(&verifier, &Nonce::new(flow.nonce.clone()))
        .map_err(|error| wrong("the ID token")(&error))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|error| wrong("the ID token's algorithm")(&error))?;
        let key = token.signing_key(&verifier).map_err(|error| wrong("the ID token's key")(&error))?;
        let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
            .map_err(|error| wrong("the access token's hash")(&error))?;
        if actual != *expected {
            return Err(wrong("the access token")(&"it is not the one that the ID token speaks of"));
        }
    }
    let subject = claims.subject().clone();
    let mut email = claims.email().map(|email| (email.to_string(), claims.email_verified() == Some(true)));
    let mut name = claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
    if email.is_none() && has_user_info {
        // Many providers keep the address out of the ID token.
        let more: CoreUserInfoClaims = client
            .user_info(answer.access_token().clone(), Some(subject.clone()))
            .map_err(|error| wrong("the provider has no address for claims")(&error))?
            .request_async(&call)
            .await
            .map_err(|error| wrong("the provider did not tell the claims")(&error))?;
        email = more.email().map(|email| (email.to_string(), more.email_verified() == Some(true)));
        name = name.or_else(|| more.name().and_then(|name| name.get(None)).map(|name| name.to_string()));
    }
    let email = email.filter(|(_, verified)| *verified).and_then(|(email, _)| Email::try_new(&email).ok());
    Ok(Claimed { subject: subject.to_string(), email, name })
}

/// Whose account it is.
enum Found {
    Account(User),
    Nobody,
    /// An account of that address, which another identity of the provider has.
    OfAnother(User),
}

/// The account of an identity: bound to it before, of the same address, or made now for who is invited.
async fn account(app: &App, caller: &Caller, settings: &OpenIdSettings, person: &Claimed) -> Result<Found> {
    let identity = OpenIdIdentity { issuer: settings.issuer.clone(), subject: person.subject.clone() };
    let bound = match app.meta().openid_user(&identity).await? {
        Some(id) => app.meta().user(&id).await?,
        None => None,
    };
    let stored = match (bound, &person.email) {
        (None, Some(email)) => app.meta().user_by_email(email).await?,
        (bound, _) => bound,
    };
    let Some(user) = stored.map(|stored| stored.user) else {
        return invited(app, caller, settings, person, &identity).await;
    };
    let by = by_person(caller, &user);
    let places = app.meta().memberships(&user.id).await?;
    let written = |action: &str, detail: &[(&str, &str)]| -> Vec<NewAudit> {
        let entry_of = |organization: &OrganizationId| NewAudit {
            organization_id: Some(organization.clone()),
            ..entry(app, &by, action, user.email.as_str(), detail)
        };
        places.iter().map(|(organization, _)| entry_of(&organization.id)).collect()
    };
    let with = ("with", settings.name.as_str());
    let ended = ("ended", "the password, sessions and memberships from before");
    let to = ("to", person.email.as_ref().map_or("", Email::as_str));
    let entries = LinkEntries {
        first: written("address.proven", &[with, ended]),
        moved: written("address.changed", &[with, to]),
    };
    let address = person.email.as_ref();
    Ok(match app.meta().link_openid(&identity, &user.id, address, now_ms(app), &entries).await? {
        Linked::ToAnother => Found::OfAnother(user),
        // The address may be another one now.
        Linked::Known | Linked::FirstProof => match app.meta().user(&user.id).await? {
            Some(stored) => {
                if stored.user.email != user.email {
                    left_behind(app, &by, &places, user.email.as_str()).await?;
                }
                Found::Account(stored.user)
            }
            None => Found::Nobody,
        },
    })
}

/// The address that somebody has no more is a stranger's: no channel tells it anything from now on, and where they are a
/// subset viewer it gets nothing at all.
async fn left_behind(app: &App, by: &Caller, places: &[(Organization, Role)], address: &str) -> Result<()> {
    for (organization, role) in places {
        if *role == Role::SubsetViewer {
            recipients::take_out(app, by, &organization.id, address).await?;
        } else {
            notifications::take_out(app, by, &organization.id, address).await?;
        }
    }
    Ok(())
}

fn by_person(caller: &Caller, user: &User) -> Caller {
    Caller { via: Via::Session { user: user.clone(), token_hash: [0; 32] }, ..caller.clone() }
}

/// A new account for somebody whose address is invited. It belongs nowhere until its person accepts.
async fn invited(
    app: &App,
    caller: &Caller,
    settings: &OpenIdSettings,
    person: &Claimed,
    identity: &OpenIdIdentity,
) -> Result<Found> {
    let Some(email) = &person.email else { return Ok(Found::Nobody) };
    let now = now_ms(app);
    if app.meta().invitations_of(email, now).await?.is_empty() {
        return Ok(Found::Nobody);
    }
    let name = person.name.as_deref().and_then(|name| super::name_of("the name", name).ok());
    let name = name.unwrap_or_else(|| email.to_string());
    let user = User { id: user_id()?, email: email.clone(), name };
    let detail = [("with", settings.name.as_str())];
    let created = NewAudit {
        organization_id: None,
        ..entry(app, &by_person(caller, &user), "account.created", email.as_str(), &detail)
    };
    let new = NewUser { user, password_hash: None, created_at_ms: now, email_proven: true };
    app.meta().add_openid_user(&new, identity, &created).await?;
    Ok(Found::Account(new.user))
}

/// Whether the provider answers as one.
///
/// # Errors
/// `Unavailable`: it does not, with what it said.
pub async fn check_openid(settings: &OpenIdSettings) -> Result<()> {
    discover(settings, &http::client()?).await.map(drop)
}

async fn discover(settings: &OpenIdSettings, web: &reqwest::Client) -> Result<CoreProviderMetadata> {
    let issuer = IssuerUrl::new(settings.issuer.clone())
        .map_err(|error| AppError::invalid(format!("the OpenID issuer '{}': {error}", settings.issuer)))?;
    CoreProviderMetadata::discover_async(issuer, &http::by(web)).await.map_err(|error| {
        AppError::new(ErrorKind::Unavailable, format!("{} cannot be asked: {}", settings.issuer, with_causes(&error)))
            .advise("Check CLOUD_ANALYZER_OIDC_ISSUER, and that this machine reaches the provider and trusts its certificate (SSL_CERT_FILE names a CA of your own).")
    })
}

/// A path of the web app, never another site: `//host` and `/\host` would be one.
fn own_path(path: &str) -> &str {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && !path.starts_with("/api/");
    if own { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_to_this_site_alone() {
        for path in ["/", "/analysis?view=day&filter=a%2Fb", "/a//b"] {
            assert_eq!(own_path(path), path);
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "javascript:x",
            "/api/v1/x",
        ] {
            assert_eq!(own_path(path), "/", "{path}");
        }
    }

    #[test]
    fn settings_are_printed_without_the_secret() {
        let settings = OpenIdSettings {
            issuer: "https://id.example".into(),
            client_id: "us".into(),
            client_secret: Some("hidden".into()),
            name: "Example".into(),
        };
        assert!(!format!("{settings:?}").contains("hidden"));
    }
}
