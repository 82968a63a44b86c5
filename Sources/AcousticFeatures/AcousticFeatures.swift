// AcousticFeatures
