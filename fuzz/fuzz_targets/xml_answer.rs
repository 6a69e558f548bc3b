//! Any bytes as an answer of S3. The module alone: its crate would bring the AWS clients into this build.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "the tests of the module are not part of this build")]
#[path = "../../crates/connect/src/aws/xml.rs"]
mod xml;

libfuzzer_sys::fuzz_target!(|answer: &[u8]| {
    let _ = xml::fields(answer);
    let Ok(mut reader) = xml::Reader::new(answer) else { return };
    let (mut opened, mut closed, mut events) = (0_usize, 0_usize, 0_usize);
    loop {
        match reader.next() {
            Ok(Some(event)) => {
                events += 1;
                match event {
                    xml::Event::Open(_) => opened += 1,
                    xml::Event::Close(_) => closed += 1,
                    xml::Event::Text(text) => assert!(text.len() <= answer.len()),
                }
                assert!(reader.depth() <= 16 && events <= 2 * answer.len());
            }
            Ok(None) => {
                assert_eq!(opened, closed);
                return;
            }
            Err(_) => return,
        }
    }
});
