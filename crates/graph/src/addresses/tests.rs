//! Covering address space.

use super::*;

fn v4(texts: &[&str]) -> Cover {
    cover_v4(&texts.iter().map(|text| text.parse().expect("a range")).collect::<Vec<_>>())
}

#[test]
fn ranges_that_together_are_everything_are_everything() {
    assert_eq!(v4(&["0.0.0.0/0"]), Cover::All);
    assert_eq!(v4(&["0.0.0.0/1", "128.0.0.0/1"]), Cover::All);
    assert_eq!(v4(&["128.0.0.0/1", "64.0.0.0/2", "0.0.0.0/2"]), Cover::All);
    assert_eq!(v4(&["0.0.0.0/1"]), Cover::Part);
    assert_eq!(v4(&["0.0.0.0/1", "128.0.0.0/2"]), Cover::Part);
    assert_eq!(v4(&[]), Cover::Part);
}

#[test]
fn all_but_private_addresses_is_still_the_internet() {
    let without_ten: Vec<IpNet> = (0..=255_u32)
        .filter(|first| *first != 10)
        .map(|first| format!("{first}.0.0.0/8").parse().expect("a range"))
        .collect();
    assert_eq!(cover_v4(&without_ten), Cover::Public);
    let without_eight: Vec<IpNet> = without_ten.into_iter().filter(|net| net.to_string() != "8.0.0.0/8").collect();
    assert_eq!(cover_v4(&without_eight), Cover::Part);
}

#[test]
fn global_unicast_is_the_internet_of_ipv6() {
    let v6 = |texts: &[&str]| cover_v6(&texts.iter().map(|text| text.parse().expect("a range")).collect::<Vec<_>>());
    assert_eq!(v6(&["::/0"]), Cover::All);
    assert_eq!(v6(&["::/1", "8000::/1"]), Cover::All);
    assert_eq!(v6(&["2000::/3"]), Cover::Public);
    assert_eq!(v6(&["2001:db8::/32"]), Cover::Part);
    assert_eq!(v6(&["fd00::/8"]), Cover::Part);
}
