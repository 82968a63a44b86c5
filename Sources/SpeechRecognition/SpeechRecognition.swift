// SpeechRecognition
