//! `ClientHello`s by hand: what no good library offers any more has to be asked for in plain bytes (RFC 5246, RFC 8446).

/// TLS 1.2.
const TLS12: u16 = 0x0303;

/// One thing to ask a server for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it is called in reports.
    pub name: &'static str,
    /// The highest version that is offered.
    pub version: u16,
    /// The cipher suites that are offered (IANA numbers).
    pub suites: &'static [u16],
}

/// Suites that any server of the old days would take, so that a refusal of an old version is about the version.
const OF_OLD: &[u16] = &[
    0xC014, 0xC00A, 0xC013, 0xC009, 0x0039, 0x0033, 0x0035, 0x002F, 0xC012, 0x000A, 0x0005, 0x0004,
];

const fn version(name: &'static str, version: u16) -> Offer {
    Offer {
        name,
        version,
        suites: OF_OLD,
    }
}

const fn suite(name: &'static str, suites: &'static [u16]) -> Offer {
    Offer {
        name,
        version: TLS12,
        suites,
    }
}

/// What must be refused: each outdated version, and with TLS 1.2 each family of weak suites.
pub const WEAK_OFFERS: &[Offer] = &[
    version("TLS 1.1", 0x0302),
    version("TLS 1.0", 0x0301),
    version("SSL 3.0", 0x0300),
    suite("NULL", &[0x0001, 0x0002, 0x003B, 0xC006, 0xC010]),
    suite("EXPORT", &[0x0003, 0x0006, 0x0008, 0x0014]),
    suite(
        "anonymous",
        &[
            0x0018, 0x0034, 0x003A, 0x006C, 0x00A6, 0x00A7, 0xC018, 0xC019,
        ],
    ),
    suite("RC4", &[0x0004, 0x0005, 0xC007, 0xC011]),
    suite("DES, 3DES", &[0x0009, 0x000A, 0x0016, 0xC008, 0xC012]),
    suite(
        "RSA key exchange",
        &[0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D],
    ),
    suite(
        "CBC with SHA-1",
        &[0xC009, 0xC00A, 0xC013, 0xC014, 0x0033, 0x0039],
    ),
    suite(
        "CBC with SHA-2",
        &[0xC023, 0xC024, 0xC027, 0xC028, 0x0067, 0x006B],
    ),
    suite("finite-field DH", &[0x009E, 0x009F, 0xCCAA]),
];

/// What must be accepted, asked for in the same way: if this fails, a refusal says nothing.
#[must_use]
pub const fn good_offers() -> Offer {
    suite("ECDHE with AES-GCM", &[0xC02C, 0xC030, 0xC02B, 0xC02F])
}

impl Offer {
    /// The record that asks `server` for this. `random` is the client's random.
    #[must_use]
    pub fn record(&self, server: Option<&str>, random: &[u8; 32]) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend(self.version.to_be_bytes());
        body.extend(random);
        body.push(0); // no session to resume
        let suites: Vec<u8> = self
            .suites
            .iter()
            .flat_map(|suite| suite.to_be_bytes())
            .collect();
        body.extend(long(&suites));
        body.extend([1, 0]); // one compression method: none
        // SSL 3.0 knows no extensions.
        if self.version > 0x0300 {
            body.extend(long(&extensions(server, self.version >= TLS12)));
        }
        let mut message = vec![1]; // ClientHello
        message.extend(
            u32::try_from(body.len())
                .unwrap_or(0)
                .to_be_bytes()
                .get(1..)
                .unwrap_or_default(),
        );
        message.extend(body);
        // The record layer's version is TLS 1.0 at most, for servers that take fright.
        let outer = self.version.min(0x0301);
        let mut record = vec![22]; // handshake
        record.extend(outer.to_be_bytes());
        record.extend(long(&message));
        record
    }
}

fn extensions(server: Option<&str>, with_signatures: bool) -> Vec<u8> {
    let mut all = Vec::new();
    let mut add = |kind: u16, body: &[u8]| {
        all.extend(kind.to_be_bytes());
        all.extend(long(body));
    };
    if let Some(server) = server {
        let mut name = vec![0]; // a host name
        name.extend(long(server.as_bytes()));
        add(0, &long(&name));
    }
    // x25519, secp256r1, secp384r1
    add(10, &long(&[0x00, 0x1D, 0x00, 0x17, 0x00, 0x18]));
    add(11, &[1, 0]); // uncompressed points
    if with_signatures {
        // RSA-PSS, ECDSA, RSA-PKCS1, Ed25519 with SHA-2; and the same with SHA-1 at the end.
        let algorithms = [
            0x08, 0x04, 0x08, 0x05, 0x04, 0x03, 0x05, 0x03, 0x04, 0x01, 0x05, 0x01, 0x08, 0x07,
            0x02, 0x03, 0x02, 0x01,
        ];
        add(13, &long(&algorithms));
    }
    add(23, &[]); // extended master secret, which rustls insists on
    all
}

/// `body` behind its length in two bytes.
fn long(body: &[u8]) -> Vec<u8> {
    let mut out = u16::try_from(body.len())
        .unwrap_or(0)
        .to_be_bytes()
        .to_vec();
    out.extend(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_add_up() {
        for offer in WEAK_OFFERS.iter().chain([&good_offers()]) {
            let record = offer.record(Some("strongroom.example"), &[7; 32]);
            let length = |at: usize| usize::from(record[at]) << 8 | usize::from(record[at + 1]);
            assert_eq!(length(3) + 5, record.len());
            assert_eq!(length(7) + 9, record.len());
            assert_eq!((record[0], record[5]), (22, 1));
        }
    }

    #[test]
    fn no_good_suite_is_among_the_weak() {
        let good = good_offers().suites;
        assert!(
            WEAK_OFFERS
                .iter()
                .all(|offer| offer.suites.iter().all(|suite| !good.contains(suite)))
        );
        // ECDHE with ChaCha20-Poly1305 or AES-GCM or CCM are not weak either.
        let strong = [0xCCA8, 0xCCA9, 0xC0AC, 0xC0AD];
        assert!(
            WEAK_OFFERS
                .iter()
                .all(|offer| offer.suites.iter().all(|suite| !strong.contains(suite)))
        );
    }
}
