"""What needs decoded pixels (extra `[pixels]`): finding text that is burned into images, and blanking it.

The only folder of this package that imports numpy; everything else works without it, and then
113101 Clean Pixel Data is not claimed.
"""
