using MtaSuite.Master;

return MasterProgram.Run(args);
