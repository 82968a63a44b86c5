internal import CLI

await DragomanCommand.main()
