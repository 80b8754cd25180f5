house_fuzz(NAME letter LIBS escalate base SEEDS ${CMAKE_SOURCE_DIR}/escalate/templates)
