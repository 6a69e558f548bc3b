//! An object while it is written: one request for a small one, else parts that are sent while the next are encoded.

use super::bucket::Bucket;
use crate::LakeError;
use object_store::path::Path as ObjectPath;
use object_store::{Error as StoreError, MultipartUpload, ObjectStoreExt, PutMode, PutPayload};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Bytes of a part. Every store takes parts of five megabytes and more, and ten thousand of them: 80 GB an object.
const PART: usize = 8 << 20;
/// Parts that are sent at once: with the one that is filled, 24 MB for each file that is written.
const SENDING: usize = 2;

/// An object that is there once it is finished.
#[derive(Debug)]
pub(crate) struct Upload {
    bucket: Arc<Bucket>,
    path: String,
    key: ObjectPath,
    part: Vec<u8>,
    /// From the second part on.
    begun: Option<Box<dyn MultipartUpload>>,
    sending: VecDeque<JoinHandle<Result<(), StoreError>>>,
    size: u64,
}

impl Upload {
    pub(super) fn new(bucket: &Arc<Bucket>, path: &str) -> Self {
        Self {
            bucket: Arc::clone(bucket),
            path: path.to_owned(),
            key: bucket.key(path),
            part: Vec::new(),
            begun: None,
            sending: VecDeque::new(),
            size: 0,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<usize, LakeError> {
        let room = PART - self.part.len();
        let taken = bytes.len().min(room);
        self.part.extend_from_slice(&bytes[..taken]);
        self.size += taken as u64;
        if self.part.len() == PART {
            self.send()?;
        }
        Ok(taken)
    }

    /// Begins to send the part at hand; waits while too many are under way.
    fn send(&mut self) -> Result<(), LakeError> {
        if self.begun.is_none() {
            let (bucket, key) = (Arc::clone(&self.bucket), self.key.clone());
            let begun = self.bucket.bridge.wait(async move { bucket.store.put_multipart(&key).await })?;
            self.begun = Some(begun.map_err(self.bucket.failed(&self.path))?);
        }
        while self.sending.len() >= SENDING {
            self.sent()?;
        }
        let part = std::mem::take(&mut self.part);
        if let Some(upload) = &mut self.begun {
            let sending = upload.put_part(part.into());
            self.sending.push_back(self.bucket.bridge.handle()?.spawn(sending));
        }
        Ok(())
    }

    /// Waits for the part that was begun first.
    fn sent(&mut self) -> Result<(), LakeError> {
        let Some(sending) = self.sending.pop_front() else { return Ok(()) };
        let sent = self.bucket.bridge.wait(sending)?;
        let sent = sent.map_err(|_| LakeError::Internal("a part of a file was not sent"))?;
        sent.map_err(self.bucket.failed(&self.path))
    }

    /// Makes the object; gives its bytes.
    pub(super) fn finish(mut self) -> Result<u64, LakeError> {
        if self.begun.is_none() {
            return self.finish_small();
        }
        if !self.part.is_empty() {
            self.send()?;
        }
        while !self.sending.is_empty() {
            self.sent()?;
        }
        let Some(mut upload) = self.begun.take() else { return Ok(self.size) };
        let ended = self.bucket.bridge.wait(async move {
            let ended = upload.complete().await;
            if ended.is_err() {
                // What was sent is of no use to anybody.
                let _ = upload.abort().await;
            }
            ended
        })?;
        ended.map_err(self.bucket.failed(&self.path))?;
        Ok(self.size)
    }

    fn finish_small(mut self) -> Result<u64, LakeError> {
        let (bucket, key, part) =
            (Arc::clone(&self.bucket), self.key.clone(), std::mem::take(&mut self.part));
        let size = self.size;
        let put = async move {
            let part = PutPayload::from(part);
            let made = bucket.store.put_opts(&key, part.clone(), PutMode::Create.into()).await;
            if matches!(made, Err(StoreError::AlreadyExists { .. })) {
                match bucket.store.head(&key).await {
                    // Made again after an answer that was lost: names are of one generation alone, so it is ours.
                    Ok(found) if found.size == size => return Ok(()),
                    // The first of two requests was not yet done with, and then failed.
                    Err(StoreError::NotFound { .. }) => {
                        return bucket.store.put_opts(&key, part, PutMode::Create.into()).await.map(drop);
                    }
                    other => drop(other?),
                }
            }
            made.map(drop)
        };
        self.bucket.bridge.wait(put)?.map_err(self.bucket.failed(&self.path))?;
        Ok(size)
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes).map_err(io::Error::other)
    }

    /// Parts are of one size: nothing is sent before its time.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Not finished: parts that were sent would be paid for until somebody removes them.
        if let (Some(mut upload), Ok(handle)) = (self.begun.take(), self.bucket.bridge.handle()) {
            let sending = std::mem::take(&mut self.sending);
            let path = std::mem::take(&mut self.path);
            handle.spawn(async move {
                for sending in sending {
                    let _ = sending.await;
                }
                if let Err(error) = upload.abort().await {
                    tracing::warn!(file.path = path, %error, "parts of a file that was given up may be left in the bucket");
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::{Chunks, Door};
    use object_store::memory::InMemory;
    use parquet::file::reader::{ChunkReader, Length};
    use std::io::Read;

    fn made() -> (Door, Arc<Bucket>, Vec<u8>) {
        let bucket = Bucket::over(Arc::new(InMemory::new()), "s3://bills", "lake").unwrap();
        let bytes: Vec<u8> = (0..5 * PART / 2).map(|at| (at * 31 % 251).to_le_bytes()[0]).collect();
        let bucket = Arc::new(bucket);
        (Door(crate::door::Place::Bucket(Arc::clone(&bucket))), bucket, bytes)
    }

    #[test]
    fn large_and_small_objects_come_back_wherever_they_are_read() {
        let (door, bucket, bytes) = made();
        for size in [0, 1, PART - 1, PART, PART + 1, 2 * PART, bytes.len()] {
            let (path, bytes) = (format!("rollup/{size}"), &bytes[..size]);
            let mut sink = door.create(&path).unwrap();
            for piece in bytes.chunks(100_001) {
                sink.write_all(piece).unwrap();
            }
            assert_eq!(sink.finish().unwrap(), size as u64);
            let mut found = vec![];
            door.read(&path).unwrap().read_to_end(&mut found).unwrap();
            assert!(found == bytes, "{size}");
            let mut chunks = Chunks::object(&bucket, &path, None).unwrap();
            assert_eq!(chunks.len(), size as u64);
            if size > 1000 {
                chunks.hold(vec![10..20, 500..900]).unwrap();
                for (start, length) in
                    [(12_u64, 5_usize), (510, 390), (0, 1000), (899, 2), (size as u64 - 7, 7)]
                {
                    let at = usize::try_from(start).unwrap();
                    assert_eq!(chunks.get_bytes(start, length).unwrap(), bytes[at..at + length]);
                }
                let mut rest = vec![];
                chunks.get_read(901).unwrap().read_to_end(&mut rest).unwrap();
                assert!(rest == bytes[901..]);
                assert!(chunks.get_bytes(size as u64 - 7, 8).is_err());
            }
        }
    }

    #[tokio::test]
    async fn what_is_not_finished_is_not_there() {
        let (door, bucket, bytes) = made();
        let mut sink = door.create("rollup/x").unwrap();
        sink.write_all(&bytes).unwrap();
        drop(sink);
        assert!(bucket.list("").await.unwrap().is_empty());
        // Nor is what is there written over.
        for (size, fits) in [(3, true), (4, false)] {
            let mut sink = door.create("rollup/y").unwrap();
            sink.write_all(&bytes[..size]).unwrap();
            assert_eq!(sink.finish().is_ok(), fits);
        }
        assert_eq!(
            bucket.list("rollup").await.unwrap().into_iter().collect::<Vec<_>>(),
            [("y".to_owned(), 3)]
        );
    }
}
