//! What an address is: public, private, or a metadata service. An address that stands for another (mapped into IPv6,
//! translated, tunnelled) is what the other one is, for that is where the packets go.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Of the internet.
    Public,
    /// Of this machine, its network, or of nothing that can be named; and what it is.
    Private(&'static str),
    /// Hands out a machine's credentials. Never opened.
    Metadata,
}

/// Metadata services of clouds and of container platforms.
const METADATA_V4: [Ipv4Addr; 5] = [
    // AWS, Azure, Google Cloud and most others.
    Ipv4Addr::new(169, 254, 169, 254),
    // AWS: containers of ECS, and pods of EKS.
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    // Alibaba Cloud.
    Ipv4Addr::new(100, 100, 100, 200),
    // Azure's wire server, on an address of the internet.
    Ipv4Addr::new(168, 63, 129, 16),
];
/// Oracle Cloud's, in the range for protocol assignments.
const METADATA_ORACLE: Ipv4Addr = Ipv4Addr::new(192, 0, 0, 192);

/// Ranges of IPv4 that are not the internet.
const RANGES_V4: [(Ipv4Addr, u8, &str); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8, "an unspecified address"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private address"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "an address of a provider's own network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "an address of this machine itself"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local address"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private address"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "a reserved address"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "a reserved address"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a reserved address"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private address"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "an address for measurements"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast address"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved or broadcast address"),
];

/// Ranges of IPv6 that are not the internet although they lie among its addresses.
const RANGES_V6: [([u16; 8], u32, &str); 5] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "a reserved address"),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "an address for documentation"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "an address for documentation"),
    ([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, "a reserved address"),
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, "a reserved address"),
];

/// What an address is.
pub(super) fn class(address: IpAddr) -> Class {
    match address {
        IpAddr::V4(address) => class_v4(address),
        IpAddr::V6(address) => class_v6(address),
    }
}

fn class_v4(address: Ipv4Addr) -> Class {
    if METADATA_V4.contains(&address) || address == METADATA_ORACLE {
        return Class::Metadata;
    }
    let within = |(base, length, _): &&(Ipv4Addr, u8, &str)| {
        let mask = u32::MAX << (32 - u32::from(*length));
        address.to_bits() & mask == base.to_bits()
    };
    RANGES_V4.iter().find(within).map_or(Class::Public, |&(.., what)| Class::Private(what))
}

fn class_v6(address: Ipv6Addr) -> Class {
    let parts = address.segments();
    // AWS has its services of a machine (metadata, time, names) here.
    if parts.starts_with(&[0xfd00, 0xec2]) || parts == [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] {
        return Class::Metadata;
    }
    if address.is_unspecified() {
        return Class::Private("an unspecified address");
    }
    if address.is_loopback() {
        return Class::Private("an address of this machine itself");
    }
    if let Some(embedded) = embedded(parts) {
        // Whoever translates or tunnels sends it on to the address within. Even where that one is public, the way
        // there is a machine of this network: only the plain forms pass.
        return match class_v4(embedded) {
            Class::Public if address.to_ipv4_mapped().is_some() => Class::Public,
            Class::Public => Class::Private("an address that is translated or tunnelled to another"),
            other => other,
        };
    }
    if address.is_multicast() {
        return Class::Private("a multicast address");
    }
    if address.is_unicast_link_local() || parts[0] & 0xffc0 == 0xfec0 {
        return Class::Private("a link-local address");
    }
    if address.is_unique_local() {
        return Class::Private("a private address");
    }
    let within = |(base, length, _): &&([u16; 8], u32, &str)| {
        let mask = u128::MAX << (128 - length);
        address.to_bits() & mask == Ipv6Addr::from(*base).to_bits()
    };
    if let Some(&(.., what)) = RANGES_V6.iter().find(within) {
        return Class::Private(what);
    }
    // The internet's addresses all begin with 001; anything else has no meaning yet.
    if parts[0] & 0xe000 == 0x2000 { Class::Public } else { Class::Private("a reserved address") }
}

/// The IPv4 address within an IPv6 one.
#[expect(clippy::match_same_arms, reason = "each form stands by itself")]
fn embedded(parts: [u16; 8]) -> Option<Ipv4Addr> {
    let at = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match parts {
        // Compatible (::a.b.c.d), mapped (::ffff:a.b.c.d), translated (::ffff:0:a.b.c.d).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => Some(at(high, low)),
        // NAT64, for everybody and for local use (the common length of 96 bits).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(at(high, low)),
        // 6to4.
        [0x2002, high, low, ..] => Some(at(high, low)),
        // Teredo: the client's address, inverted.
        [0x2001, 0, _, _, _, _, high, low] => Some(at(!high, !low)),
        // ISATAP, below any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some(at(high, low)),
        _ => None,
    }
}

/// Whether an opened range holds an address; a mapped address is in the range of the one that it stands for.
pub(super) fn within(range: &IpNet, address: IpAddr) -> bool {
    range.contains(&address) || range.contains(&address.to_canonical())
}
