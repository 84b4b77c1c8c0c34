//! The path of a request: `/v23.0/ID/edge/`, where version and slash may be missing.

use percent_encoding::percent_decode_str;

use crate::limits::SEGMENTS_MAX;

/// The segments of a path, without version; `None` for one that is no path of ours.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    let mut segments = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        if segments.len() == SEGMENTS_MAX {
            return None;
        }
        segments.push(percent_decode_str(segment).decode_utf8().ok()?.into_owned());
    }
    if segments.first().is_some_and(|first| is_version(first)) {
        segments.remove(0);
    }
    Some(segments)
}

fn is_version(segment: &str) -> bool {
    let Some(number) = segment.strip_prefix('v') else { return false };
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| {
        (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_number(major) && is_number(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_last_slash_may_be_missing() {
        for path in ["/v23.0/12/messages", "/12/messages/", "/v13/12/messages", "//12//messages"] {
            assert_eq!(segments(path).unwrap(), ["12", "messages"], "{path}");
        }
        assert_eq!(segments("/upload%3Aabc").unwrap(), ["upload:abc"]);
        assert_eq!(segments("/v/x").unwrap(), ["v", "x"]);
        assert!(segments("/").unwrap().is_empty());
        assert_eq!(segments("/%ff"), None);
        assert_eq!(segments(&"/a".repeat(9)), None);
    }
}
