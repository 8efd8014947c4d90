use super::wrapped;

#[test]
fn text_is_broken_at_spaces_and_no_word_is_lost_or_cut() {
    let text = "pass when self.Versioning.Status == \"Enabled\" arn:aws:s3:::a-name-that-is-longer-than-the-line end";
    for room in [10, 20, 40, 200] {
        let lines = wrapped(text, room);
        assert_eq!(lines.join(" "), text, "{room}");
        assert!(lines.iter().all(|line| line.chars().count() <= room || !line.contains(' ')), "{lines:?}");
    }
    assert_eq!(wrapped("", 10), [""]);
}
