// What OHIF's own page says inline; in a file of its own the content security policy needs no hash for it.
window.PUBLIC_URL = '/viewer/';
console.time('scriptToView');
function browserImportFunction(moduleId) {
  return import(moduleId);
}
