"""What writes those sources that are made from somebody else's lists."""
