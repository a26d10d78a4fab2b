//! A server that can be asked for flags: somebody's, or one that runs inside this process.

use crate::base_url::BaseUrl;
use crate::cli::{self, WeatherArgs};
use crate::endpoint::{Endpoint, Preset};
use crate::flag::get_flag::Proxies;
use crate::origin::{Origin, Settings, Weather};

/// Where flags are fetched from. An origin of our own runs as long as this is kept.
pub(super) struct OpenEndpoint {
    pub(super) base: BaseUrl,
    pub(super) origin: Option<Origin>,
    /// Of that origin.
    pub(super) weather: Option<Weather>,
}

impl OpenEndpoint {
    /// Starts the origin, where `server` is one of our own.
    ///
    /// # Errors
    /// The origin can't start, or `weather` was typed for a server whose weather is its own.
    pub(super) fn open(server: Endpoint, weather: &WeatherArgs) -> anyhow::Result<OpenEndpoint> {
        match server {
            Endpoint::Url(base) => match weather.first_given() {
                Some(option) => Err(cli::usage_error(format!(
                    "{option} makes weather for --server local, delay or error, and for no other server"
                ))),
                None => Ok(OpenEndpoint { base, origin: None, weather: None }),
            },
            Endpoint::Embedded(label) => {
                let weather = weather.over(label.weather()).map_err(cli::usage_error)?;
                let settings = Settings { weather: weather.clone(), ..Settings::default() };
                let origin = Origin::start(settings)?;
                let base = origin.base_url().parse()?;
                Ok(OpenEndpoint { base, origin: Some(origin), weather: Some(weather) })
            }
        }
    }

    /// The proxies of the environment. None for an embedded server, which no proxy can reach.
    ///
    /// # Errors
    /// The proxy for the base URL can't be used.
    pub(super) fn proxies(&self) -> anyhow::Result<Proxies> {
        if self.origin.is_some() {
            return Ok(Proxies::none());
        }
        let proxies = Proxies::from_environment();
        proxies.check(&self.base)?;
        Ok(proxies)
    }
}

impl Preset {
    fn weather(self) -> Weather {
        match self {
            Preset::Local => Weather::default(),
            Preset::Delay => Weather::delayed(),
            Preset::Error => Weather::failing(),
        }
    }
}
