from .a import y
