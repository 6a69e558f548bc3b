//! Zip archives to read, written by the format's own description (APPNOTE 6.3). Not by the `zip` crate: its
//! features would make the tests compile every dependency a second time (docs/adr/0005). Archives of other
//! writers are read by the oracle's samples.

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::io::Write;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored = 0,
    Deflated = 8,
}

/// `streaming`: sizes stand behind the data, as in archives that were written to a pipe.
pub(super) fn zipped(files: &[(&str, &[u8])], streaming: bool, method: Method) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let folder = name.ends_with('/');
        let method = if folder { Method::Stored } else { method };
        let packed = if method == Method::Stored { bytes.to_vec() } else { deflated(bytes) };
        let mut crc = Crc::new();
        crc.update(bytes);
        let sizes = [crc.sum(), u32::try_from(packed.len()).unwrap(), u32::try_from(bytes.len()).unwrap()];
        let offset = u32::try_from(archive.len()).unwrap();
        let behind = streaming && !folder;
        archive.extend(b"PK\x03\x04");
        common(&mut archive, method, behind, if behind { [0; 3] } else { sizes }, name);
        archive.extend(name.as_bytes());
        archive.extend(&packed);
        if behind {
            archive.extend(b"PK\x07\x08");
            archive.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
        }
        directory.extend(b"PK\x01\x02\x14\x00");
        common(&mut directory, method, behind, sizes, name);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(archive.len()).unwrap();
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\x00\x00\x00\x00");
    archive.extend([count, count].concat());
    archive.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

/// Version, flags, method, time, check sum, sizes and lengths: the part that both headers have.
fn common(out: &mut Vec<u8>, method: Method, behind: bool, sizes: [u32; 3], name: &str) {
    out.extend([0x14, 0, if behind { 8 } else { 0 }, 0, method as u8, 0, 0, 0, 0x21, 0]);
    out.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
    out.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    out.extend([0, 0]);
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
