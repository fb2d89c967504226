//! How it looks and feels: keymap and theme.
use std::path::PathBuf;

use super::{Resolver, Source};
use crate::config::{KEYMAPS, Keymap, Mistake, Place, Theme, file};

impl Resolver<'_> {
    pub(super) fn keymap(&mut self) -> Keymap {
        let outside = |text: String, source, place| (text, source, Some(place));
        let asked =
            self.flags.keymap.clone().map(|text| outside(text, Source::Flag("--keymap"), Place::Flag("--keymap")));
        let asked = asked.or_else(|| {
            let name = "QUARTERDECK_KEYMAP";
            Some(outside(self.around.var(name)?, Source::Variable(name), Place::Variable(name)))
        });
        let asked = asked.or_else(|| self.written(|layer| &layer.keymap).map(|(text, source)| (text, source, None)));
        let own = self.around.exists(&self.paths.keymap).then(|| Keymap::File(self.paths.keymap.clone()));
        let found = asked.map(|(text, source, place)| (self.keymap_named(&text, &source, place), source));
        let found = found.map(|(keymap, source)| (keymap.unwrap_or(Keymap::Shipped("default")), source));
        self.tell("keymap", found, own.unwrap_or(Keymap::Shipped("default")), |keymap| match keymap {
            Keymap::Shipped(name) => (*name).to_owned(),
            Keymap::File(path) => path.display().to_string(),
        })
    }

    /// `place` is set when the text is from outside the file, whose own names were looked at when it was read.
    fn keymap_named(&mut self, text: &str, source: &Source, place: Option<Place>) -> Option<Keymap> {
        if let Some(name) = KEYMAPS.iter().find(|name| **name == text) {
            return Some(Keymap::Shipped(name));
        }
        if file::is_path(text) {
            let path = if place.is_some() { PathBuf::from(text) } else { self.paths.written(text) };
            self.must_exist(&path, source);
            return Some(Keymap::File(path));
        }
        if let Some(place) = place {
            self.mistakes.push(Mistake::unknown(place, format!("no keymap is called `{text}`"), text, KEYMAPS));
        }
        None
    }

    pub(super) fn theme(&mut self) -> Theme {
        let mut found = self.flags.theme.map(|theme| (theme, Source::Flag("--theme")));
        let variable = "QUARTERDECK_THEME";
        if let Some(text) = self.around.var(variable) {
            if let Some((_, theme)) = Theme::NAMES.iter().find(|(name, _)| *name == text) {
                found = found.or(Some((*theme, Source::Variable(variable))));
            } else {
                let names: Vec<&str> = Theme::NAMES.iter().map(|(name, _)| *name).collect();
                let what = format!("no theme is called `{text}`");
                self.mistakes.push(Mistake::unknown(Place::Variable(variable), what, &text, &names));
            }
        }
        let colourless = self.around.var("NO_COLOR").map(|_| (Theme::None, Source::Variable("NO_COLOR")));
        let found = found.or(colourless).or_else(|| self.written(|layer| &layer.theme));
        self.tell("theme", found, Theme::Auto, |theme| theme.name().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, Settings, open, surroundings::tests::Made};

    const FILE: &str = "/home/me/.config/quarterdeck/config.toml";

    fn opened(flags: Flags, vars: &[(&str, &str)], text: &str) -> Settings {
        let files = [(FILE, text), ("/k.toml", ""), ("/home/me/.config/quarterdeck/mine.toml", "")];
        open(&flags, &Made::new(vars, &files)).unwrap().settings
    }

    #[test]
    fn no_color_takes_the_colours_away_unless_a_theme_is_asked_for() {
        let theme = |vars: &[(&str, &str)]| opened(Flags::default(), vars, "theme = 'dark'").theme;
        assert_eq!(theme(&[("NO_COLOR", "1")]), Theme::None);
        assert_eq!(theme(&[("NO_COLOR", "")]), Theme::Dark);
        assert_eq!(theme(&[("NO_COLOR", "1"), ("QUARTERDECK_THEME", "light")]), Theme::Light);
    }

    #[test]
    fn a_keymap_is_a_shipped_name_or_a_file_and_the_persons_own_is_found() {
        let keymap = |flag: Option<&str>, text: &str| {
            let flags = Flags { keymap: flag.map(str::to_owned), ..Flags::default() };
            opened(flags, &[], text).keymap
        };
        assert_eq!(keymap(None, ""), Keymap::Shipped("default"));
        assert_eq!(keymap(Some("vim"), "keymap = 'k9s'"), Keymap::Shipped("vim"));
        assert_eq!(keymap(Some("/k.toml"), ""), Keymap::File("/k.toml".into()));
        assert_eq!(keymap(None, "keymap = 'mine.toml'"), Keymap::File("/home/me/.config/quarterdeck/mine.toml".into()));
        let own = "/home/me/.config/quarterdeck/keymap.toml";
        let found = open(&Flags::default(), &Made::new(&[], &[(own, "")])).unwrap();
        assert_eq!(found.settings.keymap, Keymap::File(own.into()));
    }
}
