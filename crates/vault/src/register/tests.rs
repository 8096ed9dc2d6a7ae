use super::*;

#[test]
fn shipped() {
    let t = std::time::Instant::now();
    let register = Register::shipped().unwrap_or_else(|bad| panic!("{bad}"));
    println!("{:?} {}", t.elapsed(), register.collections().len());
}
