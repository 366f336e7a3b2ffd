//! Refuses a frame by the length it announces, before any of it is kept.
//!
//! The codec looks at a frame's size only once the whole frame is there, so a page that announces 1 GiB would have it
//! gathered. This stream reads the headers as they pass, changes nothing, and ends the input at the first that is too
//! long. It knows nothing of what frames mean.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use actix_web::{error::PayloadError, web};
use futures_util::Stream;

use crate::protocol::FRAME_BYTES;

/// The longest header: two bytes, eight of length, four of mask.
const HEADER: usize = 14;

pub struct Announced<S> {
    frames: S,
    header: Header,
    /// Bytes of the current frame that are still to come.
    left: u64,
    /// Set when a frame was too long, for whoever has to say why the input ended.
    pub too_large: Arc<AtomicBool>,
}

#[derive(Default)]
struct Header {
    bytes: [u8; HEADER],
    len: usize,
}

impl<S> Announced<S> {
    pub fn new(frames: S) -> Self {
        Self { frames, header: Header::default(), left: 0, too_large: Arc::default() }
    }

    /// Whether these bytes may pass.
    fn fits(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let passed = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            self.left -= passed as u64;
            bytes = &bytes[passed..];
            let Some((&byte, rest)) = bytes.split_first() else {
                return true;
            };
            bytes = rest;
            if let Some(length) = self.header.push(byte) {
                if FRAME_BYTES as u64 <= length.saturating_sub(1) {
                    return false;
                }
                self.left = length;
            }
        }
        true
    }
}

impl Header {
    /// The length of the frame, once its header is whole (RFC 6455, section 5.2).
    fn push(&mut self, byte: u8) -> Option<u64> {
        self.bytes[self.len] = byte;
        self.len += 1;
        if self.len < 2 {
            return None;
        }
        let mask = if self.bytes[1] & 0x80 == 0 { 0 } else { 4 };
        let (length_bytes, short) = match self.bytes[1] & 0x7f {
            126 => (2, None),
            127 => (8, None),
            short => (0, Some(u64::from(short))),
        };
        if self.len < 2 + length_bytes + mask {
            return None;
        }
        let long = self.bytes[2..2 + length_bytes].iter().fold(0, |length, &byte| length << 8 | u64::from(byte));
        self.len = 0;
        Some(short.unwrap_or(long))
    }
}

impl<S: Stream<Item = Result<web::Bytes, PayloadError>> + Unpin> Stream for Announced<S> {
    type Item = Result<web::Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.frames).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) if !self.fits(&bytes) => {
                self.too_large.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(PayloadError::Overflow)))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: u64) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match length {
            0..126 => bytes.push(0x80 | length as u8),
            126..65_536 => {
                bytes.push(0x80 | 126);
                bytes.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 127);
                bytes.extend_from_slice(&length.to_be_bytes());
            }
        }
        bytes.extend_from_slice(&[0; 4]);
        bytes
    }

    #[test]
    fn a_frame_is_judged_by_its_header_however_it_is_cut() {
        // W17
        for (length, fits) in [(0, true), (125, true), (126, true), (32_768, true), (32_769, false), (1 << 40, false)] {
            for piece in [1, 2, 3, 14, 1_000] {
                let mut announced = Announced::new(());
                let mut bytes = frame(5);
                bytes.extend_from_slice(b"hello");
                bytes.extend(frame(length));
                assert_eq!(bytes.chunks(piece).all(|piece| announced.fits(piece)), fits, "{length} in {piece}");
            }
        }
    }
}
