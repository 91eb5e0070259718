"""What pages and API share: who is asking, in which language, how a page is made, how a failure is told."""
