print("pkg", __name__, __package__, __spec__ and __spec__.name)
