"""A tap becomes rows, and rows become a page. Others use Router, Composer (notices) and Services, and the types of tap
and outgoing; the flows themselves are the router's."""
