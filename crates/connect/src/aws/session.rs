//! Who we are when we ask: the machine's own credentials, a customer's role, or keys that were given.
//!
//! One [`Session`] serves a connection for as long as it is read: credentials that are about to end are renewed
//! on the way, for the AWS clients and for our own requests to S3 alike. Endpoints are AWS's own, unless the usual
//! `AWS_ENDPOINT_URL` (or one of its per-service forms) says otherwise.

use super::{Answer, ExternalId, Partition, RoleArn};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, ProvideCredentials};
use object_store::aws::AwsCredential;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// Credentials are renewed this long before they end.
const AHEAD: Duration = Duration::from_mins(5);
/// Seconds that a role's credentials last: the least that every role allows.
const LIFETIME: i32 = 3600;

/// The machine's own place in AWS.
#[derive(Clone, Debug)]
pub(crate) struct Own(SdkConfig);

/// Who AWS says we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// ARN of the user, role session or account.
    pub arn: String,
    /// Account: 12 digits.
    pub account: String,
}

impl Identity {
    /// What a trust policy names to let us in: a session of a role stands for the role.
    pub fn principal(&self) -> String {
        let parts: Vec<&str> = self.arn.split(':').collect();
        match parts.as_slice() {
            [arn, partition, "sts", region, account, session] => {
                let role = session.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
                match role {
                    Some(role) => format!("{arn}:{partition}:iam:{region}:{account}:role/{role}"),
                    None => format!("{arn}:{partition}:iam::{account}:root"),
                }
            }
            _ => self.arn.clone(),
        }
    }
}

impl Own {
    /// Takes credentials from where AWS's own tools do: environment, profile, container or machine.
    pub(crate) async fn load(partition: Partition, region: Option<&str>) -> Self {
        let region = region.unwrap_or_else(|| partition.home_region()).to_owned();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(15))
            .operation_timeout(Duration::from_secs(40))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region))
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts)
            .load()
            .await;
        Self(config)
    }

    /// Who these credentials are.
    pub(crate) async fn identity(&self) -> Result<Identity, Answer> {
        let found = aws_sdk_sts::Client::new(&self.0).get_caller_identity().send().await;
        let found = found.map_err(|error| Answer::of_sdk(&error))?;
        Ok(Identity {
            arn: found.arn().unwrap_or_default().to_owned(),
            account: found.account().unwrap_or_default().to_owned(),
        })
    }

    async fn credentials(&self) -> Result<Credentials, Answer> {
        let missing = || Answer::no_credentials("this machine has no AWS credentials");
        let provider = self.0.credentials_provider().ok_or_else(missing)?;
        provider
            .provide_credentials()
            .await
            .map_err(|error| Answer::no_credentials(format!("this machine has no AWS credentials: {error}")))
    }

    /// The configuration of a client that asks as somebody.
    pub(crate) fn as_session(&self, credentials: Credentials, region: &str) -> SdkConfig {
        let provider = aws_sdk_sts::config::SharedCredentialsProvider::new(credentials);
        let region = Region::new(region.to_owned());
        self.0.to_builder().credentials_provider(provider).region(region).build()
    }
}

/// Credentials of a connection, renewed when they are about to end.
#[derive(Debug)]
pub(crate) struct Session {
    who: Who,
    kept: Mutex<Option<Credentials>>,
}

#[derive(Debug)]
enum Who {
    Own(Own),
    /// The machine's own, looked for when they are first needed; a signature may be left out.
    Environment,
    Role {
        own: Own,
        arn: RoleArn,
        external_id: ExternalId,
        name: String,
    },
    Keys(Credentials),
}

impl Session {
    /// The machine's own credentials.
    pub(crate) fn own(own: Own) -> Self {
        Self { who: Who::Own(own), kept: Mutex::default() }
    }

    /// The machine's own credentials, from the command line: nothing is loaded yet.
    pub(crate) fn environment() -> Self {
        Self { who: Who::Environment, kept: Mutex::default() }
    }

    /// A customer's role; `name` is what the customer's logs show.
    pub(crate) fn role(own: Own, arn: RoleArn, external_id: ExternalId, name: &str) -> Self {
        let valid = |other: char| other.is_ascii_alphanumeric() || "+=,.@_-".contains(other);
        let name = format!("cloud-analyzer-{name}").chars().filter(|&other| valid(other)).take(64).collect();
        Self { who: Who::Role { own, arn, external_id, name }, kept: Mutex::default() }
    }

    /// Keys that were given.
    pub(crate) fn keys(key_id: &str, secret: &str) -> Self {
        let keys = Credentials::new(key_id, secret, None, None, "connection");
        Self { who: Who::Keys(keys), kept: Mutex::default() }
    }

    /// Credentials to sign requests to S3 with; `None`: they are not to be signed, for the bucket is public.
    pub(crate) async fn signing(&self) -> Result<Option<Credentials>, Answer> {
        let unsigned =
            std::env::var("AWS_SKIP_SIGNATURE").is_ok_and(|skip| skip.eq_ignore_ascii_case("true"));
        if matches!(self.who, Who::Environment) && unsigned {
            return Ok(None);
        }
        self.credentials().await.map(Some)
    }

    /// Credentials that last for some minutes at least.
    pub(crate) async fn credentials(&self) -> Result<Credentials, Answer> {
        let mut kept = self.kept.lock().await;
        if let Some(credentials) = kept.as_ref().filter(|credentials| lasts(credentials)) {
            return Ok(credentials.clone());
        }
        let fresh = match &self.who {
            Who::Keys(keys) => keys.clone(),
            Who::Own(own) => own.credentials().await?,
            Who::Environment => Own::load(Partition::Aws, None).await.credentials().await?,
            Who::Role { own, arn, external_id, name } => {
                assume(own, arn, name, Some(external_id.as_str())).await?
            }
        };
        *kept = Some(fresh.clone());
        Ok(fresh)
    }

    /// Tries to assume the role with another external ID, or none: what a stranger could do.
    pub(crate) async fn assume_as_stranger(&self, external_id: Option<&str>) -> Result<(), Answer> {
        match &self.who {
            Who::Role { own, arn, name, .. } => assume(own, arn, name, external_id).await.map(|_| ()),
            Who::Own(_) | Who::Environment | Who::Keys(_) => {
                Err(Answer::no_credentials("there is no role to assume"))
            }
        }
    }
}

fn lasts(credentials: &Credentials) -> bool {
    credentials.expiry().is_none_or(|end| end > SystemTime::now() + AHEAD)
}

async fn assume(
    Own(config): &Own,
    arn: &RoleArn,
    name: &str,
    external_id: Option<&str>,
) -> Result<Credentials, Answer> {
    let call = aws_sdk_sts::Client::new(config)
        .assume_role()
        .role_arn(arn.as_str())
        .role_session_name(name)
        .duration_seconds(LIFETIME)
        .set_external_id(external_id.map(str::to_owned));
    let answer = call.send().await.map_err(|error| Answer::of_sdk(&error))?;
    let Some(found) = answer.credentials() else {
        return Err(Answer::new(
            "NoCredentials",
            "AWS let us assume the role, but gave no credentials",
            None,
        ));
    };
    let end = u64::try_from(found.expiration().secs()).unwrap_or_default();
    Ok(Credentials::new(
        found.access_key_id(),
        found.secret_access_key(),
        Some(found.session_token().to_owned()),
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(end)),
        "role",
    ))
}

/// The form in which the object store wants them.
pub(crate) fn for_store(credentials: &Credentials) -> AwsCredential {
    AwsCredential {
        key_id: credentials.access_key_id().to_owned(),
        secret_key: credentials.secret_access_key().to_owned(),
        token: credentials.session_token().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_a_role_stands_for_the_role() {
        for (arn, principal) in [
            ("arn:aws:sts::1:assumed-role/Server/i-1", "arn:aws:iam::1:role/Server"),
            ("arn:aws-cn:iam::1:user/ops/anna", "arn:aws-cn:iam::1:user/ops/anna"),
            ("arn:aws:iam::1:root", "arn:aws:iam::1:root"),
            ("arn:aws:sts::1:federated-user/anna", "arn:aws:iam::1:root"),
        ] {
            let identity = Identity { arn: arn.to_owned(), account: "1".to_owned() };
            assert_eq!(identity.principal(), principal);
        }
    }

    #[test]
    fn credentials_about_to_end_do_not_last() {
        let ending = |seconds| {
            let end = SystemTime::now() + Duration::from_secs(seconds);
            Credentials::new("a", "b", None, Some(end), "test")
        };
        assert!(lasts(&ending(3600)) && !lasts(&ending(60)));
    }
}
