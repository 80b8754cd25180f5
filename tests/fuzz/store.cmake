house_fuzz(NAME record LIBS store)
house_fuzz(NAME journal LIBS store)
