//! page
use super::{Adapter, Manifest, Page, ParseError};
use crate::model::{PageSettings, Request, Response, SourceState, Timestamp};
/// x
#[derive(Debug)]
pub struct PageAdapter<'a> {
    settings: &'a PageSettings,
}
impl<'a> PageAdapter<'a> {
    /// x
    pub fn new(settings: &'a PageSettings) -> Self {
        Self { settings }
    }
}
/// x
pub fn check_selectors(_s: &PageSettings) -> Vec<(&'static str, String)> {
    Vec::new()
}
static M: Manifest = Manifest {
    access: super::Access::Open,
    terms_url: None,
    robots: super::Robots::Obeyed,
    limits: "",
    cost: "",
};
impl Adapter for PageAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &M
    }
    fn plan(&self, _: &SourceState, _: Timestamp) -> Vec<Request> {
        vec![Request::get(self.settings.url.clone())]
    }
    fn parse(&self, _: &Response) -> Result<Page, ParseError> {
        Ok(Page::default())
    }
    fn max_pages(&self, _: &SourceState) -> u32 {
        1
    }
}
