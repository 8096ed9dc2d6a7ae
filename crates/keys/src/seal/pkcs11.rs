//! The root key sealed by a hardware module: a key-wrapping key that never leaves the token, spoken to over PKCS#11.
//!
//! The token holds an AES-256 key of its own (made when first needed; sensitive, not extractable). For each sealed root we
//! draw a 256-bit wrapping key and let the token encrypt it by AES-256-GCM; the head keeps that. The token is asked at start
//! and when the root changes, never per record.

use std::path::PathBuf;
use std::sync::OnceLock;

use base::Rng;
use crypt::SymmetricKey;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11 as Module};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use parking_lot::Mutex;
use zeroize::Zeroizing;

use super::secret_file::{read_secret_file, refused};
use super::{Seal, SealError};

pub(super) const NAME: &str = "pkcs11";
pub(super) const CODE: u8 = 3;

/// How the token wrapped the wrapping key: AES-256-GCM, 96-bit IV, 128-bit tag.
const AES_GCM: u8 = 1;
const IV_BYTES: usize = 12;
const TAG_BITS: u64 = 128;
const SEALED_BYTES: usize = 32 + 16;
const ID_BYTES: usize = 16;

/// Where the token is and which key in it is ours.
#[derive(Clone, Debug)]
pub struct Pkcs11Settings {
    /// The module's shared library.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The label of our key in the token.
    pub key_label: String,
    /// A file with the user's PIN; private to its owner.
    pub pin_file: PathBuf,
}

/// A token behind a PKCS#11 module.
pub struct Pkcs11 {
    settings: Pkcs11Settings,
    module: OnceLock<Module>,
    /// Login is a state of the whole process in PKCS#11, so one conversation at a time.
    turn: Mutex<()>,
}

impl std::fmt::Debug for Pkcs11 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pkcs11").field(&self.settings).finish()
    }
}

impl Pkcs11 {
    /// The backend for a token. Nothing is loaded before the first use.
    #[must_use]
    pub const fn new(settings: Pkcs11Settings) -> Self {
        Self {
            settings,
            module: OnceLock::new(),
            turn: Mutex::new(()),
        }
    }

    fn module(&self) -> Result<&Module, SealError> {
        if let Some(module) = self.module.get() {
            return Ok(module);
        }
        let module = Module::new(&self.settings.module).map_err(refuse)?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another backend in this process speaks through the same module.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(refuse(error)),
        }
        Ok(self.module.get_or_init(|| module))
    }

    /// A session in which the user is logged in.
    fn session(&self) -> Result<Session, SealError> {
        let module = self.module()?;
        let mut wanted = None;
        for slot in module.get_slots_with_initialized_token().map_err(refuse)? {
            let info = module.get_token_info(slot).map_err(refuse)?;
            if info.label() == self.settings.token {
                wanted = Some(slot);
                break;
            }
        }
        let slot = wanted.ok_or_else(|| {
            SealError::Module(format!("no token is labelled {:?}", self.settings.token))
        })?;
        let session = module.open_rw_session(slot).map_err(refuse)?;
        let pin = read_secret_file(&self.settings.pin_file)?;
        let pin = std::str::from_utf8(&pin)
            .map_err(|_| refused(&self.settings.pin_file, "must hold text"))?;
        // The box is the secret's last home: `AuthPin` zeroises it.
        let pin = AuthPin::new(Box::from(pin.trim_end_matches(['\n', '\r'])));
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(RvError::PinIncorrect, _)) => Err(SealError::WrongSecret("PIN")),
            Err(error) => Err(refuse(error)),
        }
    }

    fn find_key(
        &self,
        session: &Session,
        id: Option<&[u8]>,
    ) -> Result<Option<ObjectHandle>, SealError> {
        let mut template = vec![
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::Label(self.settings.key_label.clone().into_bytes()),
        ];
        template.extend(id.map(|id| Attribute::Id(id.to_vec())));
        let found = session.find_objects(&template).map_err(refuse)?;
        match found.as_slice() {
            [] => Ok(None),
            [key] => Ok(Some(*key)),
            _ => Err(SealError::Module(format!(
                "the token holds {} keys labelled {:?}; label ours so that it is the only one",
                found.len(),
                self.settings.key_label
            ))),
        }
    }

    fn make_key(&self, session: &Session, rng: &dyn Rng) -> Result<ObjectHandle, SealError> {
        let mut id = [0; ID_BYTES];
        rng.fill(&mut id);
        let template = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Modifiable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::ValueLen(32.into()),
            Attribute::Label(self.settings.key_label.clone().into_bytes()),
            Attribute::Id(id.to_vec()),
        ];
        session
            .generate_key(&Mechanism::AesKeyGen, &template)
            .map_err(refuse)
    }
}

impl Seal for Pkcs11 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn code(&self) -> u8 {
        CODE
    }

    fn make(&self, rng: &dyn Rng) -> Result<(Vec<u8>, SymmetricKey), SealError> {
        let _turn = self.turn.lock();
        let session = self.session()?;
        let key = match self.find_key(&session, None)? {
            Some(key) => key,
            None => self.make_key(&session, rng)?,
        };
        let id = match session
            .get_attributes(key, &[cryptoki::object::AttributeType::Id])
            .map_err(refuse)?
            .pop()
        {
            Some(Attribute::Id(id)) => id,
            _ => return Err(SealError::Module("the key in the token has no id".into())),
        };
        let id_length = u8::try_from(id.len())
            .map_err(|_| SealError::Module("the key's id in the token is too long".into()))?;

        let wrapping = SymmetricKey::random(rng);
        let mut iv = [0; IV_BYTES];
        rng.fill(&mut iv);
        let sealed = {
            let mechanism = gcm(&mut iv)?;
            session
                .encrypt(&mechanism, key, wrapping.danger_bytes())
                .map_err(refuse)?
        };
        // Written after the call: some modules insist on an IV of their own and put it here.
        let mut head = vec![AES_GCM, id_length];
        head.extend_from_slice(&id);
        head.extend_from_slice(&iv);
        head.extend_from_slice(&sealed);
        Ok((head, wrapping))
    }

    fn find(&self, head: &[u8]) -> Result<SymmetricKey, SealError> {
        let (id, iv, sealed) = parse(head).ok_or(SealError::Head(NAME))?;
        let _turn = self.turn.lock();
        let session = self.session()?;
        let key = self
            .find_key(&session, Some(id))?
            .ok_or(SealError::WrongSecret("token"))?;
        let mut iv = iv;
        let mechanism = gcm(&mut iv)?;
        let wrapping = session
            .decrypt(&mechanism, key, sealed)
            .map(Zeroizing::new)
            .map_err(refuse)?;
        SymmetricKey::from_slice(&wrapping).ok_or(SealError::Head(NAME))
    }
}

/// Key id, IV, sealed wrapping key.
fn parse(head: &[u8]) -> Option<(&[u8], [u8; IV_BYTES], &[u8])> {
    let (&[mechanism, id_length], rest) = head.split_first_chunk::<2>()?;
    let (id, rest) = rest.split_at_checked(usize::from(id_length))?;
    let (iv, sealed) = rest.split_first_chunk::<IV_BYTES>()?;
    (mechanism == AES_GCM && sealed.len() == SEALED_BYTES).then_some((id, *iv, sealed))
}

fn gcm(iv: &mut [u8; IV_BYTES]) -> Result<Mechanism<'_>, SealError> {
    GcmParams::new(iv, &[], TAG_BITS.into())
        .map(Mechanism::AesGcm)
        .map_err(refuse)
}

/// The module's own words hold no secret: a return code and the function's name.
fn refuse(error: Error) -> SealError {
    SealError::Module(error.to_string())
}
