//! Turns an [`Endpoint`] into a base URL, starting the embedded server if it is one.

use std::sync::Arc;

use crate::base_url::BaseUrl;
use crate::cli::{self, RequestArgs, WeatherArgs};
use crate::endpoint::Endpoint;
use crate::fetch::{FetchOptions, Proxies, read_certificates};
use crate::origin::{Origin, Settings, Weather};

/// A server that is ready for requests. An embedded one stops when this is dropped.
pub(super) struct OpenEndpoint {
    pub(super) base: BaseUrl,
    pub(super) origin: Option<Origin>,
    /// The weather of the embedded server.
    pub(super) weather: Option<Weather>,
}

impl OpenEndpoint {
    /// Starts the embedded server if `server` is one.
    ///
    /// # Errors
    /// The embedded server cannot start. A usage error if there are weather options for another
    /// server, or rates that add up to more than 1.
    pub(super) fn open(server: Endpoint, weather: &WeatherArgs) -> anyhow::Result<OpenEndpoint> {
        match server {
            Endpoint::Url(_) if *weather != WeatherArgs::default() => {
                Err(cli::usage_error("weather options need --server local, delay or error"))
            }
            Endpoint::Url(base) => Ok(OpenEndpoint { base, origin: None, weather: None }),
            Endpoint::Embedded(preset) => {
                let weather = weather.over(preset).map_err(cli::usage_error)?;
                let settings = Settings { weather: weather.clone(), ..Settings::default() };
                let origin = Origin::start(settings)?;
                let base = origin.base_url().parse()?;
                Ok(OpenEndpoint { base, origin: Some(origin), weather: Some(weather) })
            }
        }
    }

    /// How flags are fetched from this server: `args`, and the proxies of the environment. An
    /// embedded server has none, because no proxy can reach it.
    ///
    /// # Errors
    /// The CAs can't be read, or the proxy for the base URL can't be used.
    pub(super) fn fetch_options(&self, args: &RequestArgs) -> anyhow::Result<FetchOptions> {
        let trust = args.cacert.as_deref().map(read_certificates).transpose()?;
        let options = FetchOptions {
            timeout: args.timeout,
            retries: args.retries as usize,
            trust: trust.unwrap_or_default(),
            proxies: match self.origin {
                Some(_) => Proxies::none(),
                None => Proxies::from_environment(),
            },
            retrying: Arc::default(),
        };
        options.check(&self.base)?;
        Ok(options)
    }
}
