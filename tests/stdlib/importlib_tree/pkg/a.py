x = 1
from . import b
