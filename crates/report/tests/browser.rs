//! The HTML report in a real browser: it shows, in light and dark and on a telephone, and asks the network for nothing.
//!
//! Opt in: `PALISADE_TEST_CHROMIUM` is the path of a Chromium, or `1` for `chromium` in `PATH`. Without it these tests
//! say that they did nothing, and pass.

#[cfg(test)]
mod sample;

#[cfg(test)]
mod browser {
    use std::{
        env, fs,
        path::{Path, PathBuf},
        process::{Command, Stdio},
        thread,
        time::{Duration, Instant},
    };

    use super::sample;

    /// One Chromium with a folder of its own.
    struct Browser {
        program: String,
        folder: PathBuf,
    }

    impl Browser {
        /// The browser that was asked for, or `None` with a word about it.
        fn asked_for(test: &str) -> Option<Self> {
            let program = match env::var("PALISADE_TEST_CHROMIUM") {
                Ok(value) if value == "1" => "chromium".to_owned(),
                Ok(value) if !value.is_empty() => value,
                _ => {
                    eprintln!(
                        "skipped `{test}`: set PALISADE_TEST_CHROMIUM=1, or to the path of a Chromium, to run it"
                    );
                    return None;
                }
            };
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(test);
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            Some(Self { program, folder })
        }

        /// Writes a page to open.
        fn page(&self, name: &str, html: &str) -> PathBuf {
            let path = self.folder.join(name);
            fs::write(&path, html).unwrap();
            path
        }

        /// Opens `page` at a width and height in CSS pixels, and gives what the browser printed.
        fn open(&self, page: &Path, (width, height): (u32, u32), more: &[String]) -> String {
            let profile = self.folder.join(format!("profile-{width}"));
            let _ = fs::remove_dir_all(&profile);
            let out = self.folder.join("out.txt");
            let mut child = Command::new(&self.program)
                .args(QUIET)
                .arg(format!("--user-data-dir={}", profile.display()))
                .arg(format!("--window-size={width},{height}"))
                .args(more)
                .arg(format!("file://{}", page.display()))
                .stdin(Stdio::null())
                .stdout(fs::File::create(&out).unwrap())
                .stderr(fs::File::create(self.folder.join("err.txt")).unwrap())
                .spawn()
                .unwrap_or_else(|error| panic!("cannot start `{}`: {error}", self.program));
            let start = Instant::now();
            let status = loop {
                if let Some(status) = child.try_wait().unwrap() {
                    break status;
                }
                if start.elapsed() > PATIENCE {
                    let _ = child.kill();
                    let _ = child.wait();
                    panic!("`{}` did not end within {PATIENCE:?}", self.program);
                }
                thread::sleep(Duration::from_millis(20));
            };
            assert!(status.success(), "{}", fs::read_to_string(self.folder.join("err.txt")).unwrap());
            let _ = fs::remove_dir_all(&profile);
            fs::read_to_string(out).unwrap()
        }

        /// The document after it was loaded.
        fn dom(&self, page: &Path, size: (u32, u32)) -> String {
            self.open(page, size, &["--dump-dom".to_owned()])
        }

        /// A picture of `page` as PNG.
        fn picture(&self, page: &Path, name: &str, size: (u32, u32), scheme: &str) -> Vec<u8> {
            let path = self.folder.join(name);
            self.open(page, size, &[format!("--screenshot={}", path.display()), scheme.to_owned()]);
            fs::read(path).unwrap()
        }

        /// The browser's own record of what was asked of the network.
        fn network(&self, page: &Path) -> String {
            let log = self.folder.join("network.json");
            self.open(page, WIDE, &["--dump-dom".to_owned(), format!("--log-net-log={}", log.display())]);
            fs::read_to_string(log).unwrap()
        }
    }

    /// Width and height in the header of a PNG.
    fn size(png: &[u8]) -> (u32, u32) {
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "not a PNG");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        (number(16), number(20))
    }

    #[test]
    fn the_document_holds_every_section() {
        let Some(browser) = Browser::asked_for("document") else { return };
        let report = sample::report();
        let dom = browser.dom(&browser.page("report.html", &sample::page(&report)), WIDE);
        for id in ["verdict", "components", "threats", "stages", "findings", "gaps", "frameworks"] {
            assert!(dom.contains(&format!("id=\"{id}\"")), "{id}");
        }
        assert_eq!(dom.matches("<details class=\"finding ").count(), report.findings.len());
        assert_eq!(dom.matches("<td class=\"cell").count(), 24);
        assert!(dom.contains("Help desk assistant") && dom.trim_end().ends_with("</html>"));
    }

    #[test]
    fn light_dark_and_telephone_are_pictures() {
        let Some(browser) = Browser::asked_for("pictures") else { return };
        let page = browser.page("report.html", &sample::page(&sample::report()));
        let light = browser.picture(&page, "light.png", WIDE, LIGHT);
        let dark = browser.picture(&page, "dark.png", WIDE, DARK);
        let phone = browser.picture(&page, "phone.png", PHONE, LIGHT);
        assert_eq!((size(&light), size(&dark), size(&phone)), (WIDE, WIDE, PHONE));
        assert!(light != dark, "dark looks like light");
        assert_eq!(light, browser.picture(&page, "again.png", WIDE, LIGHT), "a picture is not the same twice");
    }

    #[test]
    fn nothing_is_wider_than_the_window() {
        let Some(browser) = Browser::asked_for("width") else { return };
        let page = sample::page(&sample::report());
        let (head, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
        let (_, tail) = rest.split_once('>').unwrap();
        let inside = format!("{head}{tail}").replace("</body>", &format!("{FRAMED}</body>"));
        let inside = inside.replace("<details ", "<details open ").replace('&', "&amp;").replace('"', "&quot;");
        // A window has a least width; a frame has not.
        let frames =
            WIDTHS.map(|width| format!("<iframe width={width} height=800 frameborder=0 srcdoc=\"{inside}\"></iframe>"));
        let dom = browser
            .dom(&browser.page("frames.html", &format!("<!DOCTYPE html><body>{}</body>", frames.concat())), WIDE);
        for width in WIDTHS {
            assert!(dom.contains(&format!("data-w{width}=\"0\"")), "the page is wider than {width} pixels");
        }
    }

    #[test]
    fn the_policy_stops_what_gets_in() {
        let Some(browser) = Browser::asked_for("policy") else { return };
        let page = sample::page(&sample::report()).replace("</body>", &format!("{SCRIPT}{BEACON}</body>"));
        let page = browser.page("injected.html", &page);
        assert!(!browser.dom(&page, WIDE).contains("data-ran"), "a script ran");
        assert!(!browser.network(&page).contains("beacon.invalid"), "an image was asked for");
        let control = browser.page("control.html", &format!("<body>{SCRIPT}{BEACON}</body>"));
        assert!(browser.dom(&control, WIDE).contains("data-ran"), "the mark shows that a script ran");
        assert!(browser.network(&control).contains("beacon.invalid"), "the record shows what is asked for");
    }

    #[test]
    fn the_network_is_not_asked_for_anything() {
        let Some(browser) = Browser::asked_for("network") else { return };
        let log = browser.network(&browser.page("report.html", &sample::page(&sample::report())));
        for url in log.split("\"url\":\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let host = url.split("://").nth(1).unwrap_or(url).split(['/', ':', '?']).next().unwrap_or_default();
            let own = BROWSERS_OWN.iter().any(|domain| host.ends_with(domain));
            assert!(!url.starts_with("http") || own, "{url}");
        }
    }

    const WIDE: (u32, u32) = (1280, 900);
    const PHONE: (u32, u32) = (390, 844);
    const LIGHT: &str = "--blink-settings=preferredColorScheme=1";
    const DARK: &str = "--blink-settings=preferredColorScheme=0";
    const PATIENCE: Duration = Duration::from_mins(1);
    /// Whom the browser calls by itself, whatever it shows; no name is ever resolved.
    const BROWSERS_OWN: &[&str] = &["google.com", "googleapis.com", "gvt1.com", "gstatic.com", "~notfound"];
    const WIDTHS: [u32; 5] = [320, 360, 390, 820, 1280];
    /// Tells the page around a frame by how much the page in it is wider than the frame.
    const FRAMED: &str = "<script>addEventListener('load', () => { const e = document.documentElement; \
         parent.document.body.setAttribute('data-w' + innerWidth, e.scrollWidth - innerWidth)})</script>";
    /// Leaves a mark if a script runs.
    const SCRIPT: &str = "<script>document.documentElement.dataset.ran = 1</script>";
    const BEACON: &str = "<img src=\"http://beacon.invalid/x.png\">";
    const QUIET: &[&str] = &[
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ];
}
