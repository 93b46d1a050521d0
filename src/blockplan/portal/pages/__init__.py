"""Public pages: complete without JavaScript, in Chinese, English and Japanese."""
