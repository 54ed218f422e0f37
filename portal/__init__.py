"""How the booking site is spoken to: the only package that knows its pages, its endpoints and its sign-on.

For everybody:
portal.portal                     Portal(access, engine), open_portal(access): the sessions of a process
portal.session.site_session       SiteSession: one account's requests and pages
portal.access                     SiteAccess and SiteLimits: what the portal is configured with
portal.api                        the requests that the site's own pages send
portal.bookings_list              what "my bookings" shows
portal.schedules                  what the timetable shows, and which slot a class means
portal.timetable                  whole schedules of an activity
portal.obstacles                  what forbids a booking before anything is sent
portal.booking_page               booking a slot through the page of its calendar
portal.proof                      what proves that a place is ours
portal.pages.my_bookings          the page of the bookings, to cancel one
portal.pages.calendar             the page of a calendar, to book a slot
portal.acts                       Acts: what is done on the site for an action at this moment, to be given up
portal.side_by_side               several calls to the site at once, none of them ever cancelled
portal.resources                  Resources: what the sessions of a process share, with the count of their requests
portal.storage.session_files      LOCK_POLL_INTERVAL: how often whoever waits for a login of another program looks
portal.browser.chromium           has_display: whether a person would see a window
portal.browser.contexts           Affinity: the cookies that keep a session with one server of the site

For admin/, which examines the site and lets a person log in:
portal.observer                   Observer: looks on at pages and responses
portal.browser.page_size          content: the HTML of a page
portal.evidence.redactor          AccountRedactor: a text without one person's secrets
portal.evidence.sanitizer         a page without what was typed, stored or computed
portal.responses.page_errors      LOGIN_PATH
portal.responses.playwright_errors  what Playwright's errors mean
portal.responses.response_errors  SiteResponse
"""
