//! The framing of AWS event streams: lengths, headers and two check sums around each message.
const TEXT: u8 = 7;

/// A message with text headers.
#[must_use]
pub fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut head = vec![];
    for (name, value) in headers {
        head.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        head.extend_from_slice(name.as_bytes());
        head.push(TEXT);
        head.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        head.extend_from_slice(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    let mut all = Vec::with_capacity(head.len() + payload.len() + 16);
    all.extend_from_slice(&length(head.len() + payload.len() + 16));
    all.extend_from_slice(&length(head.len()));
    all.extend_from_slice(&crc32fast::hash(&all).to_be_bytes());
    all.extend_from_slice(&head);
    all.extend_from_slice(payload);
    all.extend_from_slice(&crc32fast::hash(&all).to_be_bytes());
    all
}

/// An event of the stream; its payload is JSON.
#[must_use]
pub fn event(kind: &str, payload: &[u8]) -> Vec<u8> {
    let headers = [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, payload)
}

/// How a stream ends that does not end well.
#[must_use]
pub fn exception(kind: &str, message: &str) -> Vec<u8> {
    let headers = [(":exception-type", kind), (":content-type", "application/json"), (":message-type", "exception")];
    frame(&headers, serde_json::json!({ "message": message }).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_headers_is_the_one_that_everybody_knows() {
        // the empty message of the event stream specification's test vectors
        assert_eq!(frame(&[], b""), [0, 0, 0, 16, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff]);
    }

    #[test]
    fn lengths_and_sums_fit_what_is_in_between() {
        let bytes = event("sessionUpdate", b"{}");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(number(0) as usize, bytes.len());
        assert_eq!(number(8), crc32fast::hash(&bytes[..8]));
        assert_eq!(number(bytes.len() - 4), crc32fast::hash(&bytes[..bytes.len() - 4]));
        let headers = &bytes[12..12 + number(4) as usize];
        assert!(headers.starts_with(b"\x0b:event-type\x07\x00\x0dsessionUpdate"));
        assert_eq!(&bytes[12 + headers.len()..bytes.len() - 4], b"{}");
    }
}
