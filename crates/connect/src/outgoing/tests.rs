use super::{Outgoing, Refused, Whose};
use url::Url;

fn outgoing(opened: &[&str]) -> Outgoing {
    Outgoing::new(opened.iter().map(|range| range.parse().unwrap()).collect())
}

fn of(outgoing: &Outgoing, whose: Whose, host: &str) -> Result<(), Refused> {
    outgoing.check_url(whose, &Url::parse(&format!("http://{host}:9000/x")).unwrap())
}

/// Nothing of the internet, in every form in which it can be written.
const CLOSED: &[&str] = &[
    "127.0.0.1",
    "127.255.0.9",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0x7f.1",
    "127.0.0.1.",
    "0.0.0.0",
    "0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.1.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::10.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:0:10.0.0.1]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fdff::1]",
    "[ff02::1]",
    "[ff0e::1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b::8.8.8.8]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:a00:1::1]",
    "[2002:7f00:1::]",
    "[2001:0:1:2:3:4:f5ff:fffe]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[100::1]",
    "[5f00::1]",
    "[2001:2::1]",
    "[2a00::200:5efe:10.0.0.1]",
    "[4000::1]",
];

/// Metadata services, in every form in which they can be written.
const METADATA: &[&str] = &[
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0xA9.0xFE.0xA9.0xFE",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.254.169.254.",
    "169.254.170.2",
    "169.254.170.23",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "[fd00:ec2::254]",
    "[fd00:ec2::23]",
    "[fd20:ce::254]",
    "[::ffff:169.254.169.254]",
    "[::169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:1:2:3:4:5601:5601]",
    "[64:ff9b::168.63.129.16]",
    "metadata.google.internal",
    "metadata.google.internal.",
    "METADATA.google.internal",
];

#[test]
fn addresses_that_are_not_of_the_internet_are_closed_in_every_form() {
    let outgoing = outgoing(&[]);
    for host in CLOSED {
        let refused = of(&outgoing, Whose::Users, host);
        assert!(matches!(refused, Err(Refused::Closed(_))), "{host}: {refused:?}");
        assert_eq!(of(&outgoing, Whose::Operators, host), Ok(()), "{host}");
    }
    for host in [
        "8.8.8.8",
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "192.1.0.1",
        "[2606:4700::1111]",
        "[2a00:1450::1]",
        "[::ffff:8.8.8.8]",
        "minio.example",
        "s3.amazonaws.com.",
    ] {
        assert_eq!(of(&outgoing, Whose::Users, host), Ok(()), "{host}");
    }
}

#[test]
fn metadata_services_are_never_reached_whoever_asks_and_whatever_is_opened() {
    let all = outgoing(&["0.0.0.0/0", "::/0"]);
    for host in METADATA {
        for whose in [Whose::Users, Whose::Operators] {
            assert_eq!(of(&all, whose, host), Err(Refused::Metadata), "{host}");
        }
    }
    for host in CLOSED {
        assert_eq!(of(&all, Whose::Users, host), Ok(()), "{host} was opened");
    }
}

#[test]
fn the_operator_opens_ranges_and_nothing_beside_them() {
    let some = outgoing(&["10.1.0.0/16", "fd12::/16", "127.0.0.1/32"]);
    for host in ["10.1.2.3", "[::ffff:10.1.2.3]", "[fd12::5]", "127.0.0.1", "0x7f000001"] {
        assert_eq!(of(&some, Whose::Users, host), Ok(()), "{host}");
    }
    for host in ["10.2.0.1", "[fd13::5]", "127.0.0.2", "[::1]", "192.168.1.1"] {
        assert!(of(&some, Whose::Users, host).is_err(), "{host}");
    }
}

/// The name is asked for where it is connected to, and what it leads to is checked there.
#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = async |outgoing: &Outgoing, host: &str| {
        let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
        let request = reqwest::Request::new(reqwest::Method::GET, url);
        let answer = outgoing.send(Whose::Users, request);
        tokio::time::timeout(std::time::Duration::from_secs(2), answer)
            .await
            .map(|answer| answer.unwrap_err())
    };
    for host in ["localhost", "localhost.", "127.0.0.1", "0x7f.1"] {
        let error = asked(&outgoing(&[]), host).await.expect("it is refused at once");
        assert_eq!((error.message.as_str(), error.code.as_str()), (super::NOT_REACHED, ""), "{host}");
        let waiting = tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept()).await;
        assert!(waiting.is_err(), "{host} was connected to");
    }
    // Opened, it is connected to: nobody answers there, so the request waits.
    let opened = outgoing(&["127.0.0.0/8", "::1/128"]);
    let (request, accepted) = tokio::join!(asked(&opened, "localhost"), listener.accept());
    assert!(request.is_err() && accepted.is_ok());
}
