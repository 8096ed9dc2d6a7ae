//! Somebody erased whose keys a backup of the keys holds for longer than is promised: the check says so.

use govern::Wrong;
use policy::{PersonAt, Verb, decide};
use server::backup;
use store::{Sql, WriteSet};

use super::{Real, folder, open};

pub const BACKUP: &str = "[backup]\nkey_file = \"secrets/backup.key\"\nscratch = \"data/scratch\"\n\
     [backup.repository]\nkind = \"folder\"\npath = \"backup/repository\"\n\
     [backup.keys]\nfolder = \"backup/keys\"\napart = \"apart\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn who_is_within_reach_too_long_is_noticed() {
    static LONG_AGO: Sql = Sql::both("UPDATE person SET gone_at = 1 WHERE gone_at IS NOT NULL");
    let folder = folder();
    let file = folder.path().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    std::fs::write(&file, format!("{text}{BACKUP}")).expect("written");
    let real = Real::with(open(folder.path()).await, |running| running).await;
    let house = real.serving.house();
    let tenant: base::TenantId = "acme".parse().expect("a tenant");
    let (ctx, authority) = house.local(&tenant, "test");
    let person = {
        let thing = PersonAt {
            tenant: tenant.clone(),
            person: None,
        };
        let allowed = decide(&ctx, &authority, Verb::Create, thing).expect("allowed");
        let made = house.vault.create_person(&ctx, &allowed, None, None).await;
        made.expect("a person").0.person
    };
    let point = backup::run::point(house, None, std::sync::Arc::new(continuity::Silent)).await;
    point.expect("a point");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: Some(person),
    };
    let allowed = decide(&ctx, &authority, Verb::Delete, thing).expect("allowed");
    let erased = house.erase_certified(&ctx, &allowed, ctx.now).await;
    erased.expect("erased");
    assert_eq!(real.wrong("backup.expires").await, []);
    let aged = WriteSet::new().run(&LONG_AGO, vec![]);
    house.keys.db().commit(aged).await.expect("aged");
    assert_eq!(real.wrong("backup.expires").await, [Wrong::WithinReach]);
    backup::keep_keys(house).await.expect("kept");
    assert_eq!(real.wrong("backup.expires").await, []);
    real.end().await;
}
