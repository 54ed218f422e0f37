"""The seconds around an opening: the server's clock, the preparation, the shots."""
