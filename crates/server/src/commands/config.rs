//! `strongroom config`.

use super::{Held, data, place, talk};
use crate::cli::Config as Args;
use crate::config::{Config, SAMPLE, SealConfig};
use crate::{installation, tls};

pub(super) fn run(args: &Args) -> Held {
    match args {
        Args::Sample => {
            data(SAMPLE.trim_end());
            Ok(true)
        }
        Args::Check { place: of } => {
            let path = place::file(of)?;
            let config = Config::read(&path)?;
            let register = installation::register(&config)?;
            if config.tls.certificate.exists() || config.tls.key.exists() {
                tls::server(&config.tls.certificate, &config.tls.key)?;
            } else {
                talk(format_args!(
                    "note: {} is not there yet; the server needs it to start",
                    config.tls.certificate.display()
                ));
            }
            if let SealConfig::Pkcs11 {
                module, pin_file, ..
            } = &config.seal
            {
                for needed in [module, pin_file].into_iter().filter(|path| !path.exists()) {
                    talk(format_args!(
                        "note: {} is not there yet; the root key is unsealed with it",
                        needed.display()
                    ));
                }
            }
            talk(format_args!(
                "{}: right; environment {}, {} tenants, {} collections",
                path.display(),
                config.environment,
                config.tenants.len(),
                register.collections().len()
            ));
            Ok(true)
        }
    }
}
