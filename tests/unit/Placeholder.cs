namespace MtaSuite.Tests.Unit;
