from . import picture
