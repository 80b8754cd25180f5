set(SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds)
foreach(name address moment text)
    house_fuzz(NAME ${name} LIBS base SEEDS ${SEEDS}/${name})
endforeach()
