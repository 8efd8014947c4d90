use crate::markdown::{Block, blocks};

#[test]
fn headings_fences_and_prose_are_told_apart() {
    let source = "```toml\na = 1\n```\n\n# Title\nwords # not a heading\n\n````md\n```\ninner\n```\n````\n";
    assert_eq!(
        blocks(source),
        vec![
            Block::Fence { info: "toml", text: "a = 1\n", line: 1 },
            Block::Heading { level: 1, text: "Title", line: 5 },
            Block::Text { text: "words # not a heading" },
            Block::Fence { info: "md", text: "```\ninner\n```\n", line: 8 },
        ]
    );
}

#[test]
fn an_unclosed_fence_keeps_its_text() {
    assert_eq!(blocks("```rule\npass"), vec![Block::Fence { info: "rule", text: "pass", line: 1 }]);
}
