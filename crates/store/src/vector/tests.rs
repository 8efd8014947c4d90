use proptest::prelude::*;

use super::*;

fn state() -> impl Strategy<Value = Packed> {
    (0_u8..4).prop_map(Packed::of)
}

proptest! {
    #[test]
    fn packing_keeps_every_state(states in prop::collection::btree_map(0_usize..6000, state(), 0..20)) {
        let mut vector = Vector::default();
        for (check, state) in &states {
            vector.set(*check, *state);
        }
        let read = Vector::unpack(&vector.pack()).unwrap();
        for check in 0..6100 {
            prop_assert_eq!(read.get(check), states.get(&check).copied().unwrap_or_default());
        }
        prop_assert_eq!(read.pack(), vector.pack(), "equal vectors have equal bytes");
    }
}

#[test]
fn fifteen_checks_of_a_large_catalogue_take_seven_bytes_at_most() {
    let mut vector = Vector::default();
    (1300..1315).for_each(|check| vector.set(check, Packed::Pass));
    assert!(vector.pack().len() <= 7, "{}", vector.pack().len());
}

#[test]
fn damaged_bytes_are_no_vector() {
    assert_eq!(Vector::unpack(&[]), None);
    assert_eq!(Vector::unpack(&[0xff, 0xff, 0xff, 0xff]), None);
}
